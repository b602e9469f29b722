"""What a reader does with files: send them, say what they are, import them, mend what was kept aside."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aloft.collect.files.document import write_mapping
from aloft.collect.files.mapping import Mapping
from aloft.collect.files.matching import recognise
from aloft.collect.files.naming import table_names
from aloft.collect.files.staging import Misread, Undecided
from aloft.collect.files.values import Unopenable
from aloft.collect.imports import NotMended, as_csv, mend, quarantine
from aloft.collect.imports import imports as all_imports
from aloft.collect.models import Quarantined
from aloft.engine.importing import NotImported, import_files
from aloft.engine.replaying import replay as replay_rows
from aloft.ui.words import counted, number
from aloft.workspace import uploads
from aloft.workspace.pages import frame, mapping
from aloft.workspace.pages import imports as pages
from aloft.workspace.reader import Reader, reader_of
from aloft.workspace.reading import Reading, read, with_preview
from aloft.workspace.saying import said_of, source_of
from aloft.workspace.uploads import Upload

MOST_FILES = 20
Wrong = dict[str, str]


@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    person = pages.importer_or_404(reader)
    if request.method != "POST":
        return frame.whole(request, pages.upload(reader))
    sent = request.FILES.getlist("files")
    if not 0 < len(sent) <= MOST_FILES:
        return unsent(request, reader, problem_of_sending(len(sent)))
    uploads.forget_old(reader.now)
    upload = uploads.keep(sent, person, reader.now)
    try:
        upload.tables()
    except Unopenable as error:
        uploads.discard(upload)
        return unsent(request, reader, f"{error}. Nothing was kept.")
    return redirect("import_mapping", upload.id)


def problem_of_sending(files: int) -> str:
    if files:
        return f"Send up to {MOST_FILES} files at once."
    return "Choose files of 10 MiB at most in all. Larger ones are imported with `aloft import FILE`."


def unsent(request: HttpRequest, reader: Reader, problem: str) -> HttpResponse:
    answer = frame.whole(request, pages.upload(reader, problem))
    answer.status_code = 422
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def understand(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    reader, upload = meet(request, upload_id)
    if request.method == "POST":
        upload, wrong = heard(request, upload)
        return redirect("import_mapping", upload.id) if not wrong else shown(request, reader, upload, wrong)
    return shown(request, reader, upload, {})


@require_POST
def store(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Import what the page shows, with what its form says."""
    reader, upload = meet(request, upload_id)
    upload, wrong = heard(request, upload)
    reading = read(upload)
    if wrong or reading.open_questions or not reading.mapping.tables:
        return shown(request, reader, upload, wrong)
    try:
        report = import_files(settings.ALOFT_HOME, reading.asked, reader.now)
    except (Undecided, Misread, NotImported) as error:
        return answered(
            request, Reading(upload, reading.tables, reading.mapping, reading.proposal, None, str(error))
        )
    uploads.discard(upload)
    messages.success(request, f"Imported {counted(report.rows, 'row')} of {report.mapping}")
    run = all_imports().filter(source=report.source).first()
    return redirect("import_report", run.pk) if run else redirect("imports")


@require_POST
def discard(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    _, upload = meet(request, upload_id)
    uploads.discard(upload)
    messages.success(request, f"Thrown away: {', '.join(upload.names)}")
    return redirect("import_files")


@require_safe
def document(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The mapping as a file, for `aloft import --mapping`."""
    _, upload = meet(request, upload_id)
    reading = read(upload)
    return attached(write_mapping(reading.mapping), "application/yaml", f"{reading.mapping.mapping}.yaml")


@require_safe
def quarantined(request: HttpRequest, run_id: int) -> HttpResponse:
    pages.importer_or_404(reader_of(request))
    run = pages.run_or_404(run_id)
    return attached("\ufeff" + as_csv(quarantine(run=run)), "text/csv", f"quarantine-{run.pk}.csv")


def attached(text: str, kind: str, name: str) -> HttpResponse:
    plain = "".join(each for each in name if each.isascii() and (each.isalnum() or each in "._- "))
    disposition = {"Content-Disposition": f'attachment; filename="{plain}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=disposition)


@require_POST
def mend_row(request: HttpRequest, row_id: int) -> HttpResponse:
    reader = reader_of(request)
    pages.importer_or_404(reader)
    row = row_or_404(row_id)
    try:
        for cell in list(pages.cells(row)):
            value = request.POST.get(cell.field, cell.value)
            if value != cell.value:
                mend(row=row, column=cell.column, value=value, at=reader.now)
        messages.success(request, f"Mended: {row.file}, line {number(row.line)}. Replay to take it in")
    except NotMended as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('import_report', args=[row.of_id])}#quarantine")


@require_POST
def replay(request: HttpRequest, run_id: int) -> HttpResponse:
    reader = reader_of(request)
    pages.importer_or_404(reader)
    run = pages.run_or_404(run_id)
    try:
        taken, left = replay_rows(settings.ALOFT_HOME, reader.now, source=run.source)
        messages.success(
            request, f"Replayed: {counted(taken, 'row')} taken in, {number(left)} left in quarantine"
        )
    except NotImported as error:
        messages.error(request, str(error))
    return redirect("import_report", run.pk)


def row_or_404(row_id: int) -> Quarantined:
    row = quarantine().filter(pk=row_id).first()
    if row is None:
        raise Http404
    return row


def meet(request: HttpRequest, upload_id: UUID) -> tuple[Reader, Upload]:
    reader = reader_of(request)
    upload = uploads.find(upload_id, pages.importer_or_404(reader))
    if upload is None:
        raise Http404
    return reader, upload


def heard(request: HttpRequest, upload: Upload) -> tuple[Upload, Wrong]:
    """The upload with what the form says of it; unchanged where something is wrong with that."""
    tables = upload.tables()
    known = recognise(tables)
    if known:
        return uploads.settle(upload, takes=takes_of(request.POST, known)), {}
    source, wrong = source_of(request.POST)
    if wrong:
        return upload, wrong
    named = dict(zip(table_names(tables), tables, strict=True))
    return uploads.settle(upload, source=source, said=said_of(request.POST, named)), {}


def takes_of(posted: QueryDict, known: Mapping) -> dict[str, str]:
    said = {name: posted.get(f"take-{name}", "") for name in known.choices}
    return {name: take for name, take in said.items() if take in known.choices[name].options}


def shown(request: HttpRequest, reader: Reader, upload: Upload, wrong: Wrong) -> HttpResponse:
    return answered(request, with_preview(read(upload), settings.ALOFT_HOME, reader.now), wrong)


def answered(request: HttpRequest, reading: Reading, wrong: Wrong | None = None) -> HttpResponse:
    answer = frame.whole(request, mapping.main(reading, wrong))
    answer.status_code = 422 if wrong or (request.method == "POST" and reading.problem) else 200
    return answer
