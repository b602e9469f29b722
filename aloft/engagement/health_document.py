"""The health score as it is written."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from aloft.engagement.figures import CurvesLeaf, GreenLeaf, RedLeaf, ScoreLeaf, Weights
from aloft.engagement.leaves import AmountLeaf, DurationLeaf, ExpressionLeaf, NameLeaf, ReadingsLeaf
from aloft.engagement.part import Part, required


class CapDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("when", "at"))

    when: ExpressionLeaf = None
    at: ScoreLeaf = None


class DimensionDoc(Part):
    model_config = ConfigDict(json_schema_extra=required("weight", "score", "anchors"))

    weight: Weights = None
    score: ExpressionLeaf = None
    anchors: CurvesLeaf = ()
    half_life: DurationLeaf = None
    cap: CapDoc | None = None


class BandsDoc(Part):
    red: RedLeaf = None
    green: GreenLeaf = None
    settle: ReadingsLeaf = None
    climb: AmountLeaf = None


class ScoredDoc(Part):
    """Every key that is no field is a dimension."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, DimensionDoc] = Field(init=False)

    bands: BandsDoc = BandsDoc()

    @property
    def dimensions(self) -> dict[str, DimensionDoc]:
        return self.__pydantic_extra__


class ProfileDoc(ScoredDoc):
    when: ExpressionLeaf = None
    before: NameLeaf = None


class HealthDoc(ScoredDoc):
    """One way to score all, or `profiles`: then the dimensions stand in these."""

    profiles: dict[str, ProfileDoc] = {}
