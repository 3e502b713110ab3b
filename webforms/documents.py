"""Documents: sent as attachments only, so that nothing that was uploaded runs in a browser."""

from __future__ import annotations

from flask import Blueprint, Response, send_file

from engine import documents
from webforms import identity
from webforms import session as database

blueprint = Blueprint("documents", __name__, url_prefix="/documents")


@blueprint.get("/<int(max=2147483647):document_id>")
def download(document_id: int) -> Response:
    """Send one document to somebody who may see it."""
    document, path = documents.opened(database.current(), identity.person(), document_id)
    response = send_file(
        path.absolute(),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=document.name,
        etag=document.sha256,
        max_age=0,
    )
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
