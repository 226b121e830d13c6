"""What an opaque S/MIME signature holds (RFC 8551 3.5.2, RFC 5652 5.1): the entity lies inside, so whoever does not open it reads nothing. Nothing is verified here."""

from asn1crypto import cms


def content(data: bytes) -> bytes:
    """The MIME entity inside; b'' when it is encrypted, holds nothing, or is damaged."""
    try:
        info = cms.ContentInfo.load(data)
        if info["content_type"].native != "signed_data":
            return b""
        inside = info["content"]["encap_content_info"]["content"].native
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return b""
    return inside if isinstance(inside, bytes) else b""
