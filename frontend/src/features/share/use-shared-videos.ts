import { useEffect, useState } from "react";
import { forgetShared, type SharedVideo, sharedVideos } from "./shared-videos";

/** `undefined` while it is being looked. */
export function useSharedVideos() {
  const [videos, setVideos] = useState<SharedVideo[]>();

  useEffect(() => {
    sharedVideos().then(setVideos, (cause: unknown) => {
      console.error("what was shared could not be read", cause);
      setVideos([]);
    });
  }, []);

  const forget = async (video: SharedVideo) => {
    await forgetShared(video);
    setVideos((all) => all?.filter((other) => other !== video));
  };
  return { videos, forget };
}
