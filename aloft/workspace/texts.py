"""What a writer does with a template: look at it, save another version, approve it."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aloft.act import texts
from aloft.act.models import Text
from aloft.records.models import Account
from aloft.records.refusals import Refused
from aloft.workspace.pages import frame
from aloft.workspace.pages import texts as page
from aloft.workspace.reader import reader_of
from aloft.workspace.selectors import customers_of


@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, name: str) -> HttpResponse:
    reader = reader_of(request)
    writer = page.writer_or_404(reader)
    language = (request.POST.get("language") or request.GET.get("language") or texts.USUAL)[:20]
    if request.method != "POST":
        newest = Text.objects.filter(name=name, language=language).order_by("pk").last()
        subject, body = (newest.subject, newest.body) if newest else ("", page.LETTERS)
        return frame.whole(request, page.editor(name, language, subject, body, reader.models))
    subject = request.POST.get("subject", "")
    body = request.POST.get("body", "").replace("\r\n", "\n")
    account = _account(customers_of(writer), request.POST.get("account", ""))
    preview = page.preview_of(subject, body, account) if subject.strip() and body.strip() else None
    act = request.POST.get("act", "")
    if act not in ("save", "approve") or (preview and preview.refused and preview.account):
        status = 422 if act in ("save", "approve") else 200
        return frame.whole(
            request, page.editor(name, language, subject, body, reader.models, preview=preview), status
        )
    try:
        row = texts.write(
            name=name, language=language, subject=subject, body=body, actor=writer.handle, at=reader.now
        )
    except Refused as refused:
        told = page.editor(name, language, subject, body, reader.models, refused=str(refused))
        return frame.whole(request, told, 422)
    if act == "approve":
        texts.approve(text=row, actor=writer.handle, at=reader.now)
    messages.success(request, f"{'Approved' if act == 'approve' else 'Saved'}: {name} in {language}")
    return redirect(f"{reverse('text', args=[name])}?language={language}")


def _account(seen: QuerySet[Account], named: str) -> Account | None:
    return seen.filter(name__iexact=named).first() if named else seen.order_by("name").first()
