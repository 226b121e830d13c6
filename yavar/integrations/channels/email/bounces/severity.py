"""Whether a refusal is for good. For good is only: nobody there, no such host, moved away. A full box, a filter, a policy, a limit can pass.

Words are asked before codes, since servers say "550 5.1.1" for anything. The words of what can pass come first: "mailbox full" is often said beside
"user unknown", by a program that puts its own sentence before the other server's.
"""

import re
from typing import Final

_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_ADDRESS: Final = re.compile(r"[^\s<>@]{1,128}@[^\s<>@,;:]{1,255}")
_REPLY: Final = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -]|$|;|:)")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_PASSES: Final = _any(
    # full
    r"mail ?box (?:is |was |has )?(?:full|exceed|over)",
    r"(?:over|exceed\w*|out of|above|within) (?:\w+ ){0,4}(?:quota|storage|disk)",
    r"quota (?:exceeded|exceed|violation|is full)",
    r"mailbox size limit",
    r"administrative limit|message length",
    r"mailfolder is full",
    r"over ?quota",
    r"storage (?:limit|allocation)",
    r"(?:account|user|box|maildir|recipient'?s? \w+) (?:is )?(?:full|over quota)",
    r"too (?:large|big)",
    r"message size",
    r"size limit",
    r"not enough (?:storage|disk) space",
    r"insufficient (?:system )?(?:storage|resources)",
    r"full mailbox",
    r"exceeds? (?:the )?(?:maximum|fixed)",
    r"переполнен",
    r"صندوق .{0,20}پر",
    # filters, names of lists, policy, signing
    r"\bspam\b",
    r"spamhaus|spamcop|barracuda|dnsbl|\brbl\b|blacklist|blocklist|block list|black list",
    r"\bvirus\b|malware|infected",
    r"\b5\.7\.\d",
    r"polic(?:y|ies)",
    r"reputation",
    r"(?:dmarc|dkim|\bspf\b)",
    r"unauthenticated|authenticat",
    r"\bblocked\b|\bblocking\b",
    r"relay(?:ing)? (?:access )?(?:denied|not|prohibited|is)",
    r"(?:unable|not permitted|cannot|refuse[ds]?) to relay",
    r"denied by|access denied|not allowed|not permitted|not authori[sz]ed|permission",
    r"reverse dns|\bptr\b|rdns|helo|no reverse",
    r"domain of sender|bad sender|sender (?:address )?(?:rejected|verif|denied|domain)|invalid sender|sender .{0,30}(?:not exist|invalid)",
    r"content (?:rejected|filter|reject)",
    r"rejected (?:by|for|as) ",
    # limits and time
    r"gr[ae]y ?list",
    r"rate limit|too many|throttl|try (?:again|later)|temporar|deferred|timed? ?out|not responding|no response|retry time|unable to connect"
    r"|connection (?:refused|reset|lost|dropped)|too long|expired|could not connect",
    r"(?:mail|network|routing) loop|too many hops",
    r"resources|service (?:is )?(?:unavailable|not available)|system (?:error|problem|resources)|out of memory|internal error|local error",
)
# refused only after the letter itself, so by a filter, whatever it says
_AFTER_DATA: Final = re.compile(r"in reply\s+to\s+end\s+of\s+DATA|after\s+end\s+of\s+(?:data|message)", re.IGNORECASE)
_TRANSCRIPT: Final = re.compile(r">>> DATA\s*\n<<< 5\d\d[^\n]{0,40}(?:user unknown|unknown user|no such user)", re.IGNORECASE)
_PIPELINED: Final = re.compile(r"no valid recipients|need RCPT|<<< 503", re.IGNORECASE)  # then it was the recipient that was refused
_ASLEEP: Final = _any(  # put out of use, which somebody can put in use again
    r"disabled|suspend|inactive|deactivat|not (?:currently )?active|no longer active|locked|expired account|frozen|discontinued|on hold",
)
_GONE: Final = _any(
    r"(?:user|recipient|mail ?box|account|address|addressee|mail drop|name|alias|destination|customer|login|person"
    r"|id)s?\b ?(?:\"?[^\s]{1,80}\"? )?(?:name |address )?(?:is |was |are |do(?:es)? |has |could |can )?(?:been )?"
    r"(?:not|n't|cannot) (?:been |be )?(?:a )?(?:found|exist|known|listed|valid|recogni|available|here|on this|in (?:our|the|this)|local"
    r"|registered|correct|defined|active user)",
    r"(?:unknown|no such|invalid|bad|nonexist\w*|non-exist\w*|not a valid|not a known|wrong|illegal|unrecogni[sz]ed|no valid"
    r"|undefined) (?:\w+[ -]){0,3}(?:user|recipient|mailbox|address|account|person|destination|addressee|alias|name|rcpt|login|local|email|host"
    r"|domain)",
    r"(?:user|recipient|address|mailbox|account|name|addressee) (?:\S{1,90} )?(?:is |was |are )?(?:unknown|invalid|unavailable|nonexist\w*|undefined)",
    r"does not exist|doesn'?t exist|not exist|no longer (?:exists|available|valid|accept|in use|on server)|unknown local[- ]?part|unrout"
    r"|no route to|lookups? failed permanently|non-?existent|not a mailbox|deleted (?:user|account|mailbox)|(?:account|mailbox|user) (?:has been "
    r"|was |is )?(?:deleted|removed|closed|cancell?ed|terminated)",
    r"has been (?:replaced|changed to)|address (?:has )?changed|mx records? (?:point|not found)|no mx\b|domain (?:is )?not (?:found|exist|hosted)"
    r"|bad destination|not local\b|illegal alias|mailbox for .{0,80} not",
    r"no (?:such )?(?:user|mailbox|recipient|account|person|address|alias|one by|one here|one with)\b",
    r"no smtp service",
    r"not (?:a )?(?:our user|user here)|not our (?:user|customer)",
    r"is not (?:a )?(?:known|valid|registered|our)",
    r"(?:not|isn't) (?:listed in|our customer|found|known|a user|local)",
    r"not have an? .{0,30}account",
    r"doesn'?t have an? .{0,40}account",
    r"this user doesn",
    r"user unknown|userunknown|unknown user|unknown to",
    r"(?:host|domain) (?:name )?(?:unknown|not found|lookup|is not found)|unknown host|no such (?:host|domain)|host or domain|name or service"
    r"|domain .{0,60}(?:not found|not exist|invalid)",
    r"nullmx|null mx|does not accept mail|no mail (?:is )?accepted|not accept (?:any )?(?:e?mail|messages)",
    r"user (?:has )?moved|has moved|moved to|please try <|no longer (?:works|employed|with us)",
    r"could ?n[o']t be found|could not find|cannot find|can't find",
    r"не существует|не найден|неизвестн\w* (?:получател|пользовател|адрес)|нет такого",
    r"وجود ندارد|یافت نشد",
    r"(?:recipient|address) rejected\W*$",
    r"見つかりません|存在しません|リストにありません",
)
_HARD_STATUS: Final = re.compile(r"5\.(?:1\.(?:1|2|3|6|10)|4\.4)$")


def status_in(text: str) -> str:
    """The first status of RFC 3463 in `text`, "" for none."""
    found = _STATUS.search(text[:4000])
    return found[1] if found else ""


def reply_in(text: str) -> str:
    """The first SMTP reply code of a refusal."""
    found = _REPLY.search(text[:4000])
    return found[1] if found else ""


def speaks(text: str) -> bool:
    """Whether `text` tells a reason in words that we know."""
    said = _without_addresses(text)
    return bool(_PASSES.search(said) or _GONE.search(said) or _ASLEEP.search(said))


def _without_addresses(text: str) -> str:
    """Somebody may be called spam@ or userunknown@."""
    return _ADDRESS.sub("@", text[:8000])


def is_hard(status: str, words: str) -> bool:
    said = _without_addresses(words)
    if status.startswith("4") or _PASSES.search(said) or refused_after_data(said):
        return False
    wrong = bool(_HARD_STATUS.match(status))
    if _ASLEEP.search(said):
        return wrong
    return wrong or bool(_GONE.search(said))


def refused_after_data(text: str) -> bool:
    """Whether a server took the recipient and refused the letter."""
    said = text[:8000]
    return bool(_AFTER_DATA.search(said)) or (bool(_TRANSCRIPT.search(said)) and not _PIPELINED.search(said))


def telling(text: str) -> str:
    """Of a notice, the lines with codes and what they are continued on; the whole of it when those say nothing that we know.

    Programs surround them with guesses ("the mailbox may be full or not exist") and with advice.
    """
    lines = text[:20_000].split("\n")[:1000]
    for codes in ("5", "45"):
        chosen: list[str] = []
        near = 0
        for line in lines:
            code = "2" if line.lstrip("< ").startswith("250") else reply_in(line) or status_in(line)
            near = 3 if code and code[0] in codes else 0 if code else near - 1
            if near > 0:
                chosen.append(line)
        if speaks("\n".join(chosen)):
            return "\n".join(chosen)
    return text
