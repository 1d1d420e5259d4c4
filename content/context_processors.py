"""What the foot of every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from content.models import Page


def foot(request: HttpRequest) -> dict[str, Any]:
    """The company's particulars, and the pages to link to: read only where the kept footer is drawn anew."""
    return {
        "help_pages": Page.objects.all().in_footer,
        "company": settings.COMPANY_NAME,
        "icp_number": settings.ICP_NUMBER,
        "police_number": settings.POLICE_NUMBER,
        "police_code": "".join(filter(str.isdigit, settings.POLICE_NUMBER)),
        "business_licence": settings.BUSINESS_LICENCE,
    }
