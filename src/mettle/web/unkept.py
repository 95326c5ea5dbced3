"""The database or the disk cannot take anything just now: said as that, with nothing half-done, instead of "something broke"."""

from __future__ import annotations

import errno
import logging
import sys
from typing import TYPE_CHECKING

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpResponse, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.defaults import server_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponseBase

log = logging.getLogger("mettle.unkept")

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
NOT_WRITABLE = (*NO_ROOM, errno.EROFS, errno.EIO)
AGAIN_S = 30
"""When to try again, in seconds: as often as the app in the browser does by itself."""


def broken(request: HttpRequest) -> HttpResponseBase:
    """The reply to a request that ended in an error: 507 without room, 503 where the database does not answer, else 500."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError, InternalError)):
        full = (
            " full" in str(error)
            or "No space left" in str(error)
            or getattr(error.__cause__, "sqlstate", "") == "53100"
        )
    elif isinstance(error, OSError) and error.errno in NOT_WRITABLE:
        full = error.errno in NO_ROOM
    else:
        return server_error(request)
    status = 507 if full else 503
    log.error("%d for %s %s: %s", status, request.method, request.path, " ".join(str(error).split()))
    said = (
        _("there is no room left where mettle keeps its data")
        if full
        else _("mettle cannot reach its data, or may not write there")
    )
    headers = {"Retry-After": str(AGAIN_S), "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        told = _("%(why)s; nothing of this was kept, send it again later") % {"why": said}
        response: HttpResponse = JsonResponse({"detail": told}, status=status, headers=headers)
    else:
        page = loader.get_template("unkept.html").render({"why": said})
        response = HttpResponse(page, status=status, headers=headers)
    response._has_been_logged = True  # type: ignore[attr-defined] # noqa: SLF001 # one line is enough: Django would add a traceback for each request
    return response
