"""The native HTTP API: the session of a browser, and how the server is."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from assistant.dependencies import Served
from assistant.errors import Stopped
from assistant.guard import COOKIE, named, session_cookie
from assistant.keys import SESSION_S
from assistant.problems import Refused
from assistant.replies import Json
from assistant.service import Service
from assistant.shapes import Health, SessionBody, SignIn, problems

router = APIRouter(tags=["server"])


@router.get("/v1/session", response_model=SessionBody, responses=problems(), summary="Who one is here")
async def session(request: Request, service: Served) -> Response:
    name = await service.work(lambda: named(service, request.headers), service.gate)
    signed_in = service.keyed and name is not None
    return Json({"keys_required": service.keyed, "signed_in": signed_in, "name": name or ""})


@router.post(
    "/v1/session",
    status_code=204,
    responses=problems(400, 409, 413, 422),
    summary="Exchange a key for a cookie that stands for it",
)
async def sign_in(asked: SignIn, request: Request, service: Served) -> Response:
    cookie = await service.work(lambda: service.keys.sign_in(asked.key))
    if cookie is None:
        raise Refused(401, "no_key", "This key is not known here.", "key")
    reply = Response(status_code=204)
    secure = request.url.scheme == "https" or service.settings.public_url.startswith("https://")
    reply.set_cookie(COOKIE, cookie, int(SESSION_S), secure=secure, httponly=True, samesite="strict")
    return reply


@router.delete("/v1/session", status_code=204, responses=problems(409, 422), summary="Forget the cookie")
async def sign_out(request: Request, service: Served) -> Response:
    if cookie := session_cookie(request.headers):
        await service.work(lambda: service.keys.sign_out(cookie))
    reply = Response(status_code=204)
    reply.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return reply


@router.get("/healthz", response_model=Health, responses=problems(), summary="The server is alive")
async def alive() -> Response:
    return Json({"status": "ok"})


@router.get("/readyz", response_model=Health, responses=problems(), summary="Models loaded, library and index sound")
async def ready(service: Served) -> Response:
    if service.stopping:
        raise Stopped
    if not service.loaded:
        raise Refused(503, "loading", "The models are still being loaded.")
    await service.work(lambda: _check(service), service.gate)
    return Json({"status": "ok"})


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **problems()},
    summary="Counts for Prometheus",
)
async def metrics(service: Served) -> Response:
    return Response(service.metrics.page(), media_type=CONTENT_TYPE_LATEST)


def _check(service: Service) -> None:
    """Raises BadStore where the database, the library or the index cannot be read, or the index finds nothing."""
    service.keys.all()
    service.assistant.catalog.check()
