"""Static files: what stands above functions stays at home, vendored files are served as they are."""

from yavar.base.edge.static import Static
from yavar.base.edge.wire import Answer

SCRIPT = "/** What it is for.\n * @param {string} a */\nexport const a = `\n  /* kept */ // kept`;\n  /** Gone, too. */\nexport const b = /** @type {?number} */ (null);\n"


def ask(static: Static, name: str) -> Answer:
    return static.answer({"path": static.url(name), "method": "GET", "headers": []})


def test_words_above_functions_are_not_sent(tmp_path):
    (tmp_path / "vendor").mkdir()
    (tmp_path / "app.js").write_text(SCRIPT)
    (tmp_path / "vendor/lib.js").write_text(SCRIPT)
    static = Static({"ui": tmp_path})
    assert ask(static, "ui/app.js").body.decode() == "export const a = `\n  /* kept */ // kept`;\nexport const b = /** @type {?number} */ (null);\n"
    assert ask(static, "ui/vendor/lib.js").body.decode() == SCRIPT
    assert static.text("ui/app.js").startswith("export const a")
