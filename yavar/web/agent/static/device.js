/** This browser as a device of its reader: the service worker, and the subscription to pushes. Shared by the inbox and the page "You". */

/** The worker that shows pushes and the page for when the desk can't be reached; it speaks `lang`. */
export async function worker(lang) {
  await navigator.serviceWorker.register(`/sw.js?lang=${lang}`, {scope: "/", updateViaCache: "none"});
  return navigator.serviceWorker.ready;
}

const bytes = text => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), letter => letter.charCodeAt(0));
const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** What the desk is told: the one there is, or a new one under the desk's key. One under another key (the desk was made anew) is given up. */
export async function subscriptionOf(lang, key) {
  const {pushManager} = await worker(lang);
  const wanted = bytes(key);
  let found = await pushManager.getSubscription();
  if (found && text(found.options.applicationServerKey ?? new ArrayBuffer(0)) !== key) { await found.unsubscribe(); found = null; }
  found ??= await pushManager.subscribe({userVisibleOnly: true, applicationServerKey: wanted});
  return {endpoint: found.endpoint, p256dh: text(found.getKey("p256dh")), auth: text(found.getKey("auth"))};
}
