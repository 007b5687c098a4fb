"""The page: all of the contract is on it, everything it links to is there, and it needs nothing else."""

from __future__ import annotations

import hashlib
import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from checkpoint_openapi import load
from checkpoint_openapi.docs import Content, page, read_content, render_page
from checkpoint_openapi.docs.content.listing import listing
from checkpoint_openapi.docs.examples.schemas import as_json_schemas
from checkpoint_openapi.document.bundle import Bundle
from checkpoint_openapi.document.direction import Direction
from checkpoint_openapi.document.documents import Documents, Location
from checkpoint_openapi.document.readers import Files
from checkpoint_openapi.document.source import DocumentError

VENDORED = Path(page.__file__).parent / "assets" / "swagger-ui"


@pytest.fixture(scope="module")
def content() -> Content:
    """Read our contract."""
    return read_content(load.data_path("checkpoint.yaml"))


@pytest.fixture(scope="module")
def rendered(content: Content) -> str:
    """Render our contract."""
    return render_page(content)


class Elements(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.counts: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        self.counts[tag] = self.counts.get(tag, 0) + 1
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and tag == "a":
                self.links.append(value or "")
            elif name in ("src", "href", "srcset", "action"):
                self.sources.append(value or "")


@pytest.fixture(scope="module")
def elements(rendered: str) -> Elements:
    """Parse the page of our contract."""
    found = Elements()
    found.feed(rendered)
    return found


def test_page_loads_nothing(rendered: str, elements: Elements) -> None:
    """No element asks for anything, and the policy of the page forbids it to its scripts."""
    assert elements.sources == ["data:,"]
    assert "connect-src &#39;none&#39;" in rendered
    assert elements.counts["script"] == 3


def test_links_lead_somewhere(elements: Elements) -> None:
    """Every id is there once, and every link leads to one, of the page or of the renderer."""
    assert len(set(elements.ids)) == len(elements.ids)
    made_by_renderer = {
        "operations-checkpoints-createCheckpoint",
        "operations-checkpoints-deleteCheckpoint",
        "operations-checkpoints-listCheckpointItems",
        "operations-policies-listPolicies",
    }
    assert {link[1:] for link in elements.links if link.startswith("#")} <= {*elements.ids, *made_by_renderer}
    assert all(link.startswith("#") for link in elements.links)


def test_every_requirement_is_linked_with_its_clause(content: Content, elements: Elements) -> None:
    """The catalogue is whole, and the line that a clause is linked with is the line where it stands."""
    assert [row.id for row in content.requirements] == [entry.id for entry in load.requirements()]
    lines = {line.anchor: line for found in content.listings for line in found.lines}
    for row in content.requirements:
        assert row.id in elements.ids
        assert row.id in lines[row.anchor].requirements
        last = row.clause.rpartition("/")[2].replace("~1", "/")
        assert last.isdigit() or last in html.unescape(re.sub("<[^>]+>", "", lines[row.anchor].html))


def test_every_error_of_the_operations_is_listed(content: Content) -> None:
    """The table has every condition, those of the companions included."""
    assert content.errors is not None
    assert {row.id for row in content.errors.conditions} == set(load.errors().conditions)
    assert {(status, code) for status, code, _ in content.errors.published} == load.errors().published


def test_errata_keep_their_tables(content: Content) -> None:
    """The errata come with their tables and one level below the headings of the page."""
    assert content.errata is not None
    assert "<table>" in content.errata
    assert "<h3>Broken</h3>" in content.errata


def test_descriptions_link_requirements(content: Content) -> None:
    """A text that names a requirement links it, and an example that looks like one stays data."""
    operation = content.document["paths"]["/v1/{project_id}/providers/{provider_id}/checkpoints"]["post"]

    assert "([REQ-1](#REQ-1))" in operation["description"]


def test_foreign_document_has_no_catalogues(tmp_path: Path) -> None:
    """A document without catalogues beside it gets a page of its own content."""
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\n"
        "info: {title: </script><b>Mine, version: '1', description: 'See <i>this</i> REQ-1.'}\n"
        "paths: {/a b: {get: {responses: {'200': {description: Fine.}}}}}\n"
    )
    content = read_content(tmp_path / "api.yaml")
    rendered = render_page(content)

    assert (content.requirements, content.errors, content.errata) == ((), None, None)
    assert "</script><b>Mine" not in rendered
    assert "&lt;i&gt;this" in rendered
    assert "\\u003c/script>\\u003cb>Mine" in rendered


def test_catalogue_without_a_member_is_told_with_its_line(contract: Path) -> None:
    """An entry that lacks a member gets one message that names the place."""
    path = contract.parent / "requirements.yaml"
    path.write_text(path.read_text().replace("    level: MUST\n", "", 1))

    with pytest.raises(DocumentError, match=r"requirements\.yaml:\d+:\d+: has an entry without `level`"):
        read_content(contract)


def test_bundle_takes_in_other_files(tmp_path: Path) -> None:
    """References to other files, between them and back lead to the same values in one document."""
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: A, version: '1'}\npaths: {}\ncomponents: {schemas: {\n"
        "  A: {$ref: 'parts/b.yaml#/B'}, Own: {type: integer}, Lost: {$ref: 'lost.yaml'}}}\n"
    )
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "b.yaml").write_text(
        "B: {properties: {self: {$ref: '#/B'}, own: {$ref: '../api.yaml#/components/schemas/Own'}}}\n"
    )
    documents = Documents(Files(), str(tmp_path / "api.yaml"))
    bundle = Bundle(documents)

    schemas = bundle.document["components"]["schemas"]
    found = bundle.resolved(schemas["A"])
    assert bundle.resolved(found["properties"]["self"]) == found
    assert bundle.resolved(found["properties"]["own"]) == {"type": "integer"}
    assert schemas["Lost"] == {"$ref": "lost.yaml"}
    assert bundle.pointer(Location(documents.root.file, "/components/schemas/A")) == "#/components/schemas/A"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"], "nullable": True}),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"$ref": "#/a", "maxLength": 1}, {"$ref": "#/a"}),
        ({"properties": {"nullable": {"type": "x"}}}, {"properties": {"nullable": {"type": "x"}}}),
    ],
)  # fmt: skip
def test_schema_of_3_0_means_the_same(written: dict[str, object], meant: dict[str, object]) -> None:
    """What OpenAPI 3.0 writes in its own way is written in that of JSON Schema."""
    assert as_json_schemas(written, Direction.REQUEST, dict, is_3_0=True) == meant


@pytest.mark.parametrize(("direction", "required"), [(Direction.REQUEST, ["b"]), (Direction.RESPONSE, ["a"])])
@pytest.mark.parametrize("is_3_0", [True, False])
def test_member_that_does_not_travel_is_not_required(
    direction: Direction, required: list[str], *, is_3_0: bool
) -> None:
    """A read-only member is not required in requests, nor a write-only one in responses."""
    schema = {"required": ["a", "b"], "properties": {"a": {"readOnly": True}, "b": {"writeOnly": True}}}

    assert as_json_schemas(schema, direction, dict, is_3_0=is_3_0)["required"] == required


@pytest.mark.parametrize("name", ["checkpoint.yaml", "companions.yaml", "requirements.yaml", "errors.yaml"])
def test_listing_keeps_the_text(name: str) -> None:
    """The marks of the syntax change nothing of what is written."""
    text = load.data_path(name).read_text(encoding="utf-8")

    lines = [html.unescape(re.sub("<[^>]+>", "", line.html)) for line in listing(text, name, {}).lines]

    assert lines == text.splitlines()


def test_listing_marks_syntax() -> None:
    """Keys, strings, literals, texts and comments are told apart, also where a text looks like a key."""
    (first, second, third) = listing("a: [true, 'x: # y'] # note\nb: |\n  c: d\n", "f", {}).lines

    assert first.html == (
        '<span class="y-key">a</span>: [<span class="y-literal">true</span>, '
        '<span class="y-string">&#x27;x: # y&#x27;</span>] <span class="y-comment"># note</span>'
    )
    assert second.html == '<span class="y-key">b</span>: <span class="y-text">|</span>'
    assert third.html == '<span class="y-text">  c: d</span>'


def test_a_long_document_is_listed_in_blocks() -> None:
    """The blocks hold every line once, as written, with its number."""
    text = "".join(f'k{number}: <&> "{number}"\n' for number in range(20_001))

    found = listing(text, "f", {})

    assert (found.size, found.lines) == (20_001, ())
    assert [
        html.unescape(line) for block in found.blocks for line in block.html.split("\n")
    ] == text.splitlines()
    assert [int(line) for block in found.blocks for line in block.numbers.split()] == list(range(1, 20_002))
    assert sum(block.size for block in found.blocks) == 20_001


def test_vendored_renderer_is_what_its_note_says() -> None:
    """The files of the renderer have the hashes of the note, and its licence lies beside them."""
    note = (VENDORED / "VENDORED.md").read_text()
    stated = dict(re.findall(r"\| `([\w.-]+)` \| `([0-9a-f]{64})` \|", note))

    assert stated == {
        name: hashlib.sha256((VENDORED / name).read_bytes()).hexdigest()
        for name in ("swagger-ui-bundle.js", "swagger-ui.css")
    }
    assert "Apache License" in (VENDORED / "LICENSE").read_text()
    assert (VENDORED / "NOTICE").is_file()
