"""How the Graph of the tests answers about drives."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tests.factories.graph_server.openapi import path_values
from tests.factories.graph_server.world import Drive, GraphWorld, Item, Upload

_BY_PATH = re.compile(r"([^:]+):/([^:]*):")
_ITEM = "/drives/{d}/items/{i}"


class Reply(NamedTuple):
    """A status, and JSON or bytes."""

    status: int
    body: Any = None
    headers: dict[str, str] | None = None


def error(status: int, code: str) -> Reply:
    """An error as Graph words it. It quotes nothing here; the real one does."""
    return Reply(status, {"error": {"code": code, "message": "Tuva.Exempelsson@example.se"}})


NOT_FOUND = error(404, "itemNotFound")


class Asked(NamedTuple):
    """A request that keeps to the description."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


def answer(world: GraphWorld, asked: Asked) -> Reply | None:
    """The answer, or None if the path is none of drives."""
    values = path_values("/drives/{d}", asked.path)
    if values is not None:
        drive = world.drives.get(values[0])
        return NOT_FOUND if drive is None else Reply(200, {"id": drive.id, "driveType": "business"})
    for ending, handler in _HANDLERS.items():
        values = path_values(_ITEM + ending, asked.path)
        if values is not None and (drive := world.drives.get(values[0])) is not None:
            return handler(world, drive, asked, *values[1:])
    return NOT_FOUND if asked.path.startswith("/drives/") else None


def _find(drive: Drive, key: str) -> tuple[Item | None, Item | None, str]:
    """The item, and for an address by path the folder above and the name."""
    by_path = _BY_PATH.fullmatch(key)
    if by_path is None:
        if key == "root":
            return next(i for i in drive.items.values() if i.parent is None), None, ""
        return drive.items.get(key), None, ""
    folder = drive.items.get(by_path[1])
    name = by_path[2]
    below = (i for i in drive.items.values() if folder is not None and i.parent == folder.id)
    # Names are one whatever their case, as in OneDrive.
    return next((i for i in below if i.name.casefold() == name.casefold()), None), folder, name


def shown(world: GraphWorld, drive: Drive, item: Item) -> dict[str, Any]:
    """An item as Graph shows it."""
    moment = item.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    json: dict[str, Any] = {
        "id": item.id,
        "name": item.name,
        "eTag": f'"{{{item.id}}},{item.etag}"',
        "cTag": f'"c:{{{item.id}}},{item.ctag}"',
        "createdDateTime": moment,
        "lastModifiedDateTime": moment,
        "size": len(item.data),
        "parentReference": {"driveId": drive.id, "driveType": "business", "id": item.parent},
        "webUrl": f"https://example-my.sharepoint.com/{item.id}",
    }
    if item.folder:
        json["folder"] = {"childCount": sum(i.parent == item.id for i in drive.items.values())}
    else:
        json["file"] = {"mimeType": "application/octet-stream"}
        json["@microsoft.graph.downloadUrl"] = download_address(world, drive, item)
    return json


def download_address(world: GraphWorld, drive: Drive, item: Item) -> str:
    key = world.new_id("tempauth-")
    world.downloads[key] = (drive.id, item.id)
    host = world.behaviour.storage_elsewhere or f"http://{world.storage_host}"
    return f"{host}/download/{item.id}?tempauth={key}"


def _one(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None:
        return NOT_FOUND
    if asked.method == "DELETE":
        drive.recycle_bin.append(drive.items.pop(item.id))
        return Reply(204)
    if asked.method == "PATCH":
        wanted = asked.headers.get("if-match")
        if wanted is not None and wanted != shown(world, drive, item)["eTag"]:
            return error(412, "preconditionFailed")
        name = asked.body.get("name", item.name)
        others = [i for i in drive.items.values() if i.parent == item.parent and i is not item]
        if name.casefold() in {i.name.casefold() for i in others}:
            return error(409, "nameAlreadyExists")
        item.name = name
        item.etag += 1
    return Reply(200, shown(world, drive, item))


def _children(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    folder, _, _ = _find(drive, key)
    if folder is None:
        return NOT_FOUND
    below = [i for i in drive.items.values() if i.parent == folder.id]
    if asked.method == "GET":
        return page(world, asked, [shown(world, drive, item) for item in below])
    taken = asked.body["name"].casefold() in {i.name.casefold() for i in below}
    if taken:
        return error(409, "nameAlreadyExists")
    item = Item(world.new_id("01ITEM"), asked.body["name"], folder.id, "folder" in asked.body)
    drive.items[item.id] = item
    return Reply(201, shown(world, drive, item))


def page(world: GraphWorld, asked: Asked, entries: list[dict[str, Any]]) -> Reply:
    """A page of a list, now and then an empty one that is not the last."""
    how = world.behaviour
    size = how.page_size
    start, _, empty = asked.query.get("$skiptoken", "0").partition("-")
    first = int(start)
    wanted = [] if empty else entries[first : first + size]
    following = first if empty else first + size
    body: dict[str, Any] = {"value": wanted}
    if following < len(entries):
        mark = f"{following}" if empty or not how.empty_pages else f"{following}-empty"
        base = world.url if how.next_host is None else how.next_host
        kept = "&".join(f"{n}={v}" for n, v in asked.query.items() if n != "$skiptoken")
        body["@odata.nextLink"] = f"{base}{asked.path}?{kept}&$skiptoken={mark}"
    return Reply(200, body)


def _content(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, folder, name = _find(drive, key)
    if asked.method == "GET":
        if item is None:
            return NOT_FOUND
        return Reply(302, None, {"Location": download_address(world, drive, item)})
    if asked.method != "PUT":
        return error(405, "notAllowed")
    if item is None and folder is None:
        return NOT_FOUND
    if item is None:
        assert folder is not None
        item = Item(world.new_id("01ITEM"), name, folder.id, folder=False)
        drive.items[item.id] = item
    item.data, item.etag, item.ctag = asked.body or b"", item.etag + 1, item.ctag + 1
    return Reply(200, shown(world, drive, item))


def _permanent_delete(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None:
        return NOT_FOUND
    going = [item]
    for one in going:
        going += [i for i in drive.items.values() if i.parent == one.id]
        drive.purged.append(drive.items.pop(one.id))
    return Reply(204)


def _session(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, folder, name = _find(drive, key)
    conflict = (asked.body.get("item") or {}).get("@microsoft.graph.conflictBehavior", "fail")
    if folder is None:
        return NOT_FOUND
    if item is not None and conflict == "fail":
        return error(409, "nameAlreadyExists")
    mark = world.new_id("session-")
    world.uploads[mark] = Upload(drive.id, folder.id, name, conflict)
    host = world.behaviour.storage_elsewhere or f"http://{world.storage_host}"
    ends = datetime.now(UTC).strftime("%Y-%m-%dT23:59:59Z")
    url = f"{host}/upload/{mark}?tempauth={mark}"
    return Reply(200, {"uploadUrl": url, "expirationDateTime": ends, "nextExpectedRanges": ["0-"]})


def _create_link(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None:
        return NOT_FOUND
    body = asked.body
    if not body.get("retainInheritedPermissions"):
        item.permissions.clear()
    permission: dict[str, Any] = {
        "id": world.new_id("perm-"),
        "roles": ["read" if body.get("type") == "view" else "write"],
        "link": {
            "type": body.get("type"),
            "scope": body.get("scope"),
            "webUrl": f"https://example-my.sharepoint.com/:u:/{item.id}",
        },
        "grantedToIdentitiesV2": [
            {"user": {"displayName": r["email"]}} for r in body.get("recipients", [])
        ],
    }
    if body.get("expirationDateTime"):
        permission["expirationDateTime"] = body["expirationDateTime"]
    item.permissions[permission["id"]] = permission
    if body.get("sendNotification"):
        item.letters.append(body.get("message") or "")
    return Reply(201, permission)


def _invite(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None:
        return NOT_FOUND
    permission = {
        "id": world.new_id("perm-"),
        "roles": asked.body.get("roles", []),
        "grantedToIdentitiesV2": [
            {"user": {"displayName": r["email"]}} for r in asked.body.get("recipients", [])
        ],
    }
    item.permissions[permission["id"]] = permission
    if asked.body.get("sendInvitation"):
        item.letters.append(asked.body.get("message") or "")
    return Reply(200, {"value": [permission]})


def _permissions(world: GraphWorld, drive: Drive, asked: Asked, key: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None:
        return NOT_FOUND
    entries = list(item.permissions.values())
    above = drive.items.get(item.parent or "")
    while above is not None:
        for one in above.permissions.values():
            entries.append({**one, "inheritedFrom": {"driveId": drive.id, "id": above.id}})
        above = drive.items.get(above.parent or "")
    return page(world, asked, entries)


def _permission(world: GraphWorld, drive: Drive, asked: Asked, key: str, mark: str) -> Reply:
    item, _, _ = _find(drive, key)
    if item is None or mark not in item.permissions:
        return NOT_FOUND
    if asked.method == "DELETE":
        del item.permissions[mark]
        return Reply(204)
    return Reply(200, item.permissions[mark])


_HANDLERS: dict[str, Any] = {
    "": _one,
    "/children": _children,
    "/content": _content,
    "/permanentDelete": _permanent_delete,
    "/createUploadSession": _session,
    "/createLink": _create_link,
    "/invite": _invite,
    "/permissions": _permissions,
    "/permissions/{p}": _permission,
}
