/* Tells the desk which page is looked at, and hears whether somebody of the team writes first. The server puts it before the launcher where a shop wishes to
   see its visitors. No cookie: the tab's name lives as long as the tab; the day of the first visit stays in the storage of the shop's own pages. */
function follow({key, desk}, {lang, chatting, invite}) {
  const name = `yavar:${key}:visit`, day = new Date().toDateString();
  let id = `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(4)).join("-")}`.slice(0, 40), first = day;
  try {
    id = sessionStorage.getItem(name) || id;
    first = localStorage.getItem(name) || day;
    sessionStorage.setItem(name, id);
    localStorage.setItem(name, first);
  } catch { /* forbidden: every page is another tab */ }
  const tell = () => {
    if (document.visibilityState !== "visible") return;
    const body = JSON.stringify({inbox: key, id, page: location.pathname.slice(0, 300), title: document.title.slice(0, 200), lang, returning: first !== day, chatting: chatting()});
    fetch(`${desk}/chat/visits`, {method: "POST", credentials: "omit", keepalive: true, headers: {"Content-Type": "text/plain"}, body})
      .then((answer) => answer.json()).then(({invitation}) => invitation && invite(invitation)).catch(() => {});
  };
  setTimeout(tell, 1000);
  setInterval(tell, 20000);
  document.addEventListener("visibilitychange", tell);
}
