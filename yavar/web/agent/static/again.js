/** Signing in again without leaving: the session has ended, what was being written stands where it stood. Read when it is first needed. */
import {html, useEffect, useRef, useState} from "../ui/vendor/ui.js";
import {t, request} from "../ui/wire.js";
import {boot, me, signedOut} from "./state.js";
import {Icon} from "./parts.js";
import {goOn} from "./live.js";

const QUIET = 600; // milliseconds without a key: whoever is typing would write the rest of the sentence into the password

/** Who the browser is signed in as, and the mark that its writes carry from now on. @returns {Promise<{me: ?string, csrf: string}>} */
const ask = (method, body) => request(method, "/sign-in/again", {body, headers: {"X-CSRFToken": boot.csrf, "X-Lang": boot.lang}});

/** Somebody else at this browser gets their own inbox; one's own goes on. */
function take({me: who, csrf}) {
  boot.csrf = csrf;
  document.querySelector("#sign-out [name=csrfmiddlewaretoken]").value = csrf;
  if (!who) return false;
  if (who !== me.id) location.reload(); else { signedOut.value = false; goOn(); }
  return true;
}

export function SignIn() {
  const box = useRef(null), field = useRef(null);
  const [state, setState] = useState({busy: false, problem: null});
  useEffect(() => {
    let before = null, timer = 0;
    const open = () => { removeEventListener("keydown", wait, true); before = document.activeElement; box.current.showModal(); };
    const wait = () => { clearTimeout(timer); timer = setTimeout(open, QUIET); };
    addEventListener("keydown", wait, true);
    wait();
    // Another window of this browser may have signed in meanwhile.
    const look = () => { if (document.visibilityState === "visible") ask("GET").then(take, () => {}); };
    look();
    document.addEventListener("visibilitychange", look);
    return () => { clearTimeout(timer); removeEventListener("keydown", wait, true); document.removeEventListener("visibilitychange", look); before?.focus?.({preventScroll: true}); };
  }, []);
  const go = async event => {
    event.preventDefault();
    setState({busy: true, problem: null});
    try { take(await ask("POST", {email: boot.email, password: field.current.value})); } catch (problem) {
      setState({busy: false, problem});
      field.current.select();
    }
  };
  return html`<dialog class="sheet sign-in" ref=${box} aria-labelledby="again-title" aria-describedby="again-text" onCancel=${event => event.preventDefault()} onKeyDown=${event => event.stopPropagation()}>
    <form class="menu-form" onSubmit=${go}>
      <h2 class="bar-title" id="again-title">${t("Sign in again")}</h2><p id="again-text">${t("Your session has ended. What you wrote stands where it stood.")}</p>
      ${state.problem && html`<p class="field-error" role="alert" id="again-error"><${Icon} name="circle-alert" /><span>${state.problem.title}</span></p>`}
      <label class="field"><span>${t("E-mail")}</span><input type="email" dir="ltr" autocomplete="username" readOnly value=${boot.email} /></label>
      <label class="field"><span>${t("Password")}</span><input ref=${field} type="password" dir="ltr" autocomplete="current-password" required autofocus
        aria-invalid=${state.problem ? "true" : undefined} aria-describedby=${state.problem ? "again-error" : undefined} /></label>
      <button class="button is-primary is-large" disabled=${state.busy}>${t("Sign in")}</button>
      <a class="link is-plain" href=${`/sign-in?next=${encodeURIComponent(location.pathname)}`}>${t("I’m somebody else")}</a>
    </form></dialog>`;
}
