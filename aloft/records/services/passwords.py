from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from aloft.records.refusals import Refused


def check_password(password: str, user: User) -> None:
    """Raises Refused for one that is too weak, or too long to be hashed."""
    if len(password) > 128:
        raise Refused("password", "it is longer than 128 characters", "Give a shorter one.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("password", "it is too weak", " ".join(error.messages)) from None
