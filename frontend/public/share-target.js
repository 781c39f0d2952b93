/**
 * Part of the service worker: takes videos that the phone's gallery shares with the app (the manifest's
 * `share_target`), and opens the page that asks whom they are for. They are kept in the origin's private
 * file system, since whoever shares may have to sign in first: see src/features/share.
 */

const SHARED = "shared";
const PAGE = "/share";
const FIELD = "videos";

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === PAGE) {
    event.respondWith(takeIn(event.request));
  }
});

async function takeIn(request) {
  // The moment is its name, by which what nobody claims is found to be old.
  const share = String(Date.now());
  try {
    const form = await request.formData();
    const files = form.getAll(FIELD).filter((file) => file instanceof File && file.size > 0);
    if (files.length === 0) return open("?trouble=nothing");
    const place = await (await shared()).getDirectoryHandle(share, { create: true });
    for (const [index, file] of files.entries()) {
      const handle = await place.getFileHandle(plainName(file.name, index), { create: true });
      // Bit by bit: a video is larger than a worker's memory.
      await file.stream().pipeTo(await handle.createWritable());
    }
    return open("");
  } catch (cause) {
    console.error("what was shared could not be kept", cause);
    await (await shared()).removeEntry(share, { recursive: true }).catch(() => undefined);
    return open("?trouble=not-kept");
  }
}

async function shared() {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(SHARED, { create: true });
}

/** 303: the page is asked for with GET, so that a reload does not share again. */
function open(search) {
  return Response.redirect(PAGE + search, 303);
}

/** Two of the same name may be shared at once; the number keeps them apart. */
function plainName(name, index) {
  // eslint-disable-next-line no-control-regex -- just what must not be in a file's name
  const plain = name.replace(/[\\/:*?"<>|\u0000-\u001f]/g, "_").slice(-180) || "video.mp4";
  return index === 0 ? plain : `${index + 1} ${plain}`;
}
