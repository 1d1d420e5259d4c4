"""The XML answers of the legacy gateway, parsed without DTDs, entities or surprises of size."""

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

from payments.alipay.errors import Malformed
from payments.alipay.wire import CODECS, decoded

XML_LIMIT = 256 * 1024
DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9-]{1,20})["']""")
FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(body: bytes, charset: str) -> Element:
    """The root element of ``body``, in its declared charset or else in ``charset``. Raises Malformed."""
    if len(body) > XML_LIMIT:
        raise Malformed("the XML is too long")
    text = DECLARATION.sub("", decoded(body, _declared(body, charset)))
    if FORBIDDEN.search(text):
        raise Malformed("the XML brings definitions of its own")
    try:
        return fromstring(text)  # noqa: S314 - without a DTD there are no entities to expand
    except (ParseError, ValueError):
        raise Malformed("this is not XML") from None


def children(element: Element) -> dict[str, str]:
    """The texts of an element's children by tag. Raises Malformed where a tag comes twice."""
    fields = {child.tag: child.text or "" for child in element}
    if len(fields) != len(element):
        raise Malformed("an element is given twice")
    return fields


def _declared(body: bytes, charset: str) -> str:
    found = ENCODING.match(body)
    name = found.group(1).decode("ascii") if found else charset
    return name if name.lower() in CODECS else charset
