"""What to answer at an address where nothing is for sale now: it moved, it is gone, or it never was."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone

from content import errors
from shop.models import OldAddress, Product


def elsewhere(request: HttpRequest, kind: str, slug: str) -> HttpResponse:
    """301 to where the product (``p``) or category (``c``) of this slug moved, 410 where it is gone, else 404."""
    old = OldAddress.objects.filter(kind=kind, slug=slug).select_related("product", "category").first()
    moved = old and (old.product or old.category)
    if moved:
        return HttpResponsePermanentRedirect(moved.get_absolute_url())
    if old or (kind == "p" and _withdrawn(slug)):
        return errors.gone(request)
    raise Http404


def _withdrawn(slug: str) -> bool:
    """Whether its time on sale is over; one that is still to come is nobody's business."""
    return Product.objects.filter(slug=slug, published_until__lte=timezone.now()).exists()
