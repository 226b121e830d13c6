#!/usr/bin/env python3
"""Refresh (or with --check: verify) the third-party files that browsers get. See vendor.toml."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "yavar/web/ui/static"
RECORD = ROOT / "vendor.toml"
# module name inside the bundle -> (package, path in its archive)
MODULES = {
    "preact": ("preact", "dist/preact.mjs"),
    "preact/hooks": ("preact", "hooks/dist/hooks.mjs"),
    "@preact/signals-core": ("signals-core", "dist/signals-core.mjs"),
    "@preact/signals": ("signals", "dist/signals.mjs"),
    "htm": ("htm", "dist/htm.mjs"),
}
# Preact 11 moves what has a key by moveBefore. Chromium (seen in 156) leaves what is moved so and changed in the same breath laid out as it was: the old place, the old
# words. So it is put in anew, as where moveBefore is not known, and what had the focus keeps it.
MOVES = (
    "if(Element.prototype.moveBefore)Element.prototype.moveBefore=function(node,before){const held=document.activeElement;this.insertBefore(node,before);"
    "if(node.contains(held))held.focus({preventScroll:true})};"
)
FONTS = {
    "fonts/inter-latin-wght-normal.woff2": "inter",
    "fonts/inter-cyrillic-wght-normal.woff2": "inter",
    "fonts/vazirmatn-arabic-wght-normal.woff2": "vazirmatn",
}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def fetch(package: dict, folder: Path) -> tuple[str, dict[str, bytes]]:
    """The archive's hash and its files, path -> bytes (without the leading `package/`)."""
    out = subprocess.run(["npm", "pack", f"{package['name']}@{package['version']}"], cwd=folder, check=True, capture_output=True, text=True)
    archive = folder / out.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as tar:
        files = {m.name.split("/", 1)[1]: tar.extractfile(m).read() for m in tar if m.isfile()}  # type: ignore[union-attr]
    return sha256(archive.read_bytes()), files


def variable(module: str) -> str:
    return "$" + re.sub(r"\W", "_", module)


def as_function(source: str) -> str:
    """One ES module as a function body that returns its exports: minified modules share short top-level names, so each needs a scope of its own."""
    source = re.sub(r"//# sourceMappingURL.*", "", source).strip()
    exports: list[str] = []

    def imported(match: re.Match) -> str:
        names = match[1].replace(" as ", ":")
        return f"const{{{names}}}={variable(match[2])};"

    def reexported(match: re.Match) -> str:
        exports.append(f"...{variable(match[2])}")
        return ""

    def exported(match: re.Match) -> str:
        for part in match[1].split(","):
            inner, _, outer = part.partition(" as ")
            exports.append(f"{outer or inner}:{inner}")
        return ""

    source = re.sub(r'export\{([^}]*)\}from"([^"]+)";?', reexported, source)
    source = re.sub(r'import\{([^}]*)\}from"([^"]+)";?', imported, source)
    source = re.sub(r"export\{([^}]*)\};?", exported, source)
    source, found = re.subn(r"export default ", "const $default=", source)
    if found:
        exports.append("default:$default")
    return f"(()=>{{{source};return{{{','.join(exports)}}}}})()"


def bundle(packages: dict[str, dict[str, bytes]]) -> bytes:
    lines = ["/* preact, @preact/signals (MIT), htm (Apache-2.0): versions and hashes in vendor.toml; made by scripts/vendor.py */", MOVES]
    for module, (package, path) in MODULES.items():
        lines.append(f"const {variable(module)}={as_function(packages[package][path].decode())};")
    p, k, s, h = (variable(m) for m in ("preact", "preact/hooks", "@preact/signals", "htm"))
    lines.append(f"export const {{h,render,Fragment,Component,createContext,createPortal}}={p};")
    lines.append(f"export const {{useEffect,useLayoutEffect,useRef,useState,useMemo,useCallback,useId,useContext}}={k};")
    lines.append(f"export const {{signal,computed,effect,batch,untracked,useSignal,useComputed,useSignalEffect}}={s};")
    lines.append(f"export const html={h}.default.bind({p}.h);")
    return "\n".join(lines).encode() + b"\n"


def sprite(names: list[str], files: dict[str, bytes]) -> bytes:
    symbols = []
    for name in sorted(set(names)):
        body = re.search(r"<svg[^>]*>(.*)</svg>", files[f"icons/{name}.svg"].decode(), re.S)[1]  # type: ignore[index]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{" ".join(body.split())}</symbol>')
    return ('<!-- Lucide (ISC) --><svg xmlns="http://www.w3.org/2000/svg">' + "\n".join(symbols) + "</svg>\n").encode()


def refresh() -> None:
    text = RECORD.read_text()
    record = tomllib.loads(text)
    packages = {}
    with tempfile.TemporaryDirectory() as folder:
        for key, package in record["packages"].items():
            digest, packages[key] = fetch(package, Path(folder))
            if package["archive"] and package["archive"] != digest:
                sys.exit(f"{key}: the archive of {package['version']} is not the recorded one; empty `archive` after a look at the change")
            if not package["archive"]:
                text = re.sub(rf'(\[packages\.{key}\][^\[]*archive = ")"', rf'\g<1>{digest}"', text)
    made = {"vendor/ui.js": bundle(packages), "icons.svg": sprite(record["icons"]["names"], packages["lucide"])}
    made |= {path: packages[key]["files/" + Path(path).name] for path, key in FONTS.items()}
    for path, data in made.items():
        (STATIC / path).parent.mkdir(parents=True, exist_ok=True)
        (STATIC / path).write_bytes(data)
    head = text[: text.index("[files]")]
    RECORD.write_text(head + "[files]\n" + "".join(f'"{p}" = "{sha256(d)}"\n' for p, d in sorted(made.items())))


def check() -> None:
    for path, digest in tomllib.loads(RECORD.read_text())["files"].items():
        if sha256((STATIC / path).read_bytes()) != digest:
            sys.exit(f"{path} is not the recorded file; run scripts/vendor.py")


if __name__ == "__main__":
    check() if "--check" in sys.argv else refresh()
