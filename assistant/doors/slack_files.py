"""A file that was sent in Slack -> bytes."""

from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from index.errors import BadSource, Unreachable

MOST_BYTES = 20_000_000
LONGEST_S = 60
SLACK = ("files.slack.com", "slack.com")


async def downloaded(client: AsyncWebClient, file: str) -> bytes:
    """The file of this id. The bot's token goes to Slack's hosts only, and follows no redirect.

    Raises BadSource for a file that is too large or not kept in Slack, Unreachable when Slack does not hand it over.
    """
    try:
        about = (await client.files_info(file=file))["file"]
    except SlackApiError as error:
        raise Unreachable(f"Slack does not show me the file ({error.response['error']}). Send it again.") from error
    if int(about.get("size") or 0) > MOST_BYTES:
        raise BadSource(f"The file has {int(about['size']):,} bytes, more than {MOST_BYTES:,}. Send a part of it.")
    address = str(about.get("url_private_download") or about.get("url_private") or "")
    if not _slacks(address, client.base_url):
        raise BadSource("The file is kept outside Slack. Upload the file itself.")
    try:
        return await _read(client, address)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable("Slack did not hand over the file. Send it again.") from error


async def _read(client: AsyncWebClient, address: str) -> bytes:
    assert client.session is not None
    body = bytearray()
    limit = aiohttp.ClientTimeout(total=LONGEST_S)
    headers = {"Authorization": f"Bearer {client.token}"}
    asked = client.session.get(address, headers=headers, allow_redirects=False, timeout=limit, proxy=client.proxy)
    async with asked as reply:
        if reply.status != 200:  # without the scope Slack leads to a page for signing in
            raise Unreachable("Slack did not hand over the file; the app may lack the scope files:read.")
        async for chunk in reply.content.iter_chunked(65_536):
            body += chunk
            if len(body) > MOST_BYTES:
                raise BadSource(f"The file has more than {MOST_BYTES:,} bytes. Send a part of it.")
    return bytes(body)


def _slacks(address: str, base_url: str) -> bool:
    """Whether an address is Slack's: of slack.com by HTTPS, or of the host whose API is used."""
    url, base = urlsplit(address), urlsplit(base_url)
    if (url.scheme, url.netloc) == (base.scheme, base.netloc):
        return True
    return url.scheme == "https" and url.port in (None, 443) and (url.hostname or "") in SLACK
