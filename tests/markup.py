"""Reads a page as strictly as a validator and says what is wrong with it, in sentences. Knows nothing of the shop."""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {
    "address", "article", "aside", "blockquote", "dd", "details", "dialog", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "header", "hr", "li", "main", "nav", "ol", "p", "search", "section", "table", "tbody", "td", "th",
    "thead", "tr", "ul", *HEADINGS,
}  # fmt: skip
# What may hold words and inline elements only; a summary may hold a heading as well.
PHRASING = {
    "abbr", "button", "code", "data", "em", "label", "legend", "p", "pre", "s", "small", "span", "strong", "summary",
    "time", *HEADINGS,
}  # fmt: skip
INTERACTIVE = {"a", "button", "input", "select", "textarea"}
LISTS = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "tr": {"td", "th"}, "select": {"option", "optgroup"}}
REFERENCES = ("for", "form", "list", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
FETCHED = ("stylesheet", "icon", "preload", "preconnect", "manifest")
NAMING = ("aria-label", "aria-labelledby", "title")


class Markup:
    """A parsed page. ``complaints`` is empty where nothing is wrong."""

    def __init__(self, html: str) -> None:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.root: Element = parser.parse(html)
        self.syntax = [f"line {place[0]}: {code} {facts}" for place, code, facts in parser.errors]
        self.parents = {child: parent for parent in self.root.iter() for child in parent}

    def complaints(self, language: str) -> list[str]:
        """All that is wrong in a page of this language (a tag such as zh-Hans)."""
        rules = (
            self.head(language), self.headings(), self.identity(), self.landmarks(), self.names(), self.nesting(),
            self.foreign(), self.tables(),
        )  # fmt: skip
        return self.syntax + [complaint for rule in rules for complaint in rule]

    def all(self, *tags: str) -> list[Element]:
        """The elements of these kinds, in the order of the page."""
        return [element for element in self.root.iter() if element.tag in tags]

    def above(self, element: Element) -> Iterator[Element]:
        """Its ancestors, the nearest first."""
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent

    def head(self, language: str) -> Iterator[str]:
        """Language, title, a viewport that can be zoomed."""
        if self.root.get("lang") != language:
            yield f"the page says it is in {self.root.get('lang')}"
        titles = [text_of(title).strip() for title in self.all("title") if title not in self.within("svg")]
        if len(titles) != 1 or len(titles[0].lstrip("–· ")) < 3:
            yield f"titles: {titles}"
        viewport = [meta.get("content", "") for meta in self.all("meta") if meta.get("name") == "viewport"]
        if len(viewport) != 1 or "maximum-scale" in viewport[0] or "user-scalable" in viewport[0]:
            yield f"viewport: {viewport}"

    def headings(self) -> Iterator[str]:
        """One h1, and no rank is passed over on the way down."""
        ranks = [int(heading.tag[1]) for heading in self.all(*HEADINGS)]
        if ranks.count(1) != 1:
            yield f"{ranks.count(1)} headings of the first rank"
        for before, after in zip([0, *ranks], ranks, strict=False):
            if after > before + 1:
                yield f"an h{after} follows an h{before}"
        yield from (f"an empty {one.tag}" for one in self.all(*HEADINGS) if not text_of(one).strip())

    def identity(self) -> Iterator[str]:
        """Ids are there once, and whatever names one names one that is there."""
        ids = Counter(element.get("id") for element in self.root.iter() if element.get("id") is not None)
        yield from (f"the id {name!r} is there {count} times" for name, count in ids.items() if count > 1 or not name)
        for element in self.root.iter():
            for attribute in REFERENCES:
                for name in str(element.get(attribute) or "").split():
                    if name not in ids:
                        yield f"{attribute} of a {element.tag} names {name!r}, which is not there"
            address = element.get("href") or ""
            if element.tag == "a" and address.startswith("#") and address[1:] not in ids:
                yield f"a link leads to {address}, which is not there"

    def landmarks(self) -> Iterator[str]:
        """One main; header and footer at most once; several of a kind are told apart by their names."""
        if len(self.all("main")) != 1:
            yield f"{len(self.all('main'))} main parts"
        for tag in ("header", "footer"):
            outer = [one for one in self.all(tag) if self.parents[one].tag == "body"]
            if len(outer) > 1:
                yield f"{len(outer)} times <{tag}>"
        labels = Counter(one.get("aria-label") or one.get("aria-labelledby") for one in self.all("nav"))
        yield from (f"{count} navs are called {label}" for label, count in labels.items() if count > 1 or not label)

    def names(self) -> Iterator[str]:
        """Fields have labels, pictures a text or the word that they need none, and the room they take."""
        labelled = {label.get("for") for label in self.all("label")}
        for field in self.all("input", "select", "textarea"):
            wrapped = any(parent.tag == "label" for parent in self.above(field))
            if field.get("type") == "hidden" or wrapped or field.get("id") in labelled or named(field):
                continue
            yield f"the field {field.get('name')} has no label"
        for image in self.all("img"):
            if image.get("alt") is None or not (image.get("width") and image.get("height")):
                yield f"the picture {image.get('src')} lacks its text or its size"
        for one in self.all("a", "button", "summary"):
            pictures = [image.get("alt", "") for image in one.iter("img")]
            if not (text_of(one).strip() or named(one) or any(pictures)):
                yield f"a {one.tag} says nothing: {one.attrib}"

    def nesting(self) -> Iterator[str]:
        """What may stand in what."""
        for element in self.root.iter():
            tag, parents = str(element.tag), [str(parent.tag) for parent in self.above(element)]
            outer = set(parents) & (PHRASING if tag in BLOCKS else set())
            outer -= {"summary"} if tag in HEADINGS else set()
            outer |= set(parents) & ({"a", "button", "summary"} if tag in INTERACTIVE else set())
            yield from (f"a {tag} inside a {parent}" for parent in outer)
            if parents and tag not in LISTS.get(parents[0], {tag}):
                yield f"a {tag} directly inside a {parents[0]}"
        yield from (f"a {one.tag} inside another" for one in self.all("form", "label") if one in self.within(one.tag))

    def foreign(self) -> Iterator[str]:
        """Nothing that the content policy refuses, and nothing from elsewhere."""
        for element in self.root.iter():
            if element.tag == "style" or element.get("style") is not None:
                yield f"style inside the page: {element.tag}"
            if element.tag == "script" and not element.get("src") and element.get("type") != "application/ld+json":
                yield "a script inside the page"
            yield from (f"{name} on a {element.tag}" for name in element.attrib if str(name).startswith("on"))
            if element.tag in ("script", "img", "iframe", "source", "video", "audio", "embed", "object"):
                addresses = [element.get("src") or "", *(element.get("srcset") or "").split(",")]
                yield from (f"comes from elsewhere: {one}" for one in addresses if "//" in one)
            if element.tag == "link" and element.get("rel") in FETCHED and "//" in (element.get("href") or ""):
                yield f"comes from elsewhere: {element.get('href')}"

    def tables(self) -> Iterator[str]:
        """Heads of tables say what they are the heads of."""
        yield from ("a th without scope" for head in self.all("th") if not head.get("scope"))

    def live(self) -> dict[str, int]:
        """How many regions speak up by themselves, by how they do."""
        voices = Counter(one.get("role") for one in self.root.iter() if one.get("role") in ("status", "alert", "log"))
        voices += Counter(one.get("aria-live") for one in self.root.iter() if one.get("aria-live") not in (None, "off"))
        return {str(voice): count for voice, count in voices.items()}

    def within(self, tag: str) -> set[Element]:
        """All elements below one of this kind."""
        return {inner for outer in self.all(tag) for inner in outer.iter() if inner is not outer}


def text_of(element: Element) -> str:
    """Its words."""
    return "".join(element.itertext())


def named(element: Element) -> bool:
    """Whether an attribute names it."""
    return any((element.get(attribute) or "").strip() for attribute in NAMING)
