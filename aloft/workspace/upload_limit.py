from __future__ import annotations

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from aloft.collect.files.limits import UPLOAD


class LimitedUpload(FileUploadHandler):
    """Drops what is over the limit as it comes, before it fills the disk: the view sees no files then."""

    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > UPLOAD.packed:
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
