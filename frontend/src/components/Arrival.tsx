import { useLayoutEffect, useRef } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

/**
 * A new page begins at its top, for the eye and for the keyboard. Back and forward lead to where one
 * was, which the browser sees to; the first page begins as any page that is loaded.
 */
export function Arrival() {
  const { pathname } = useLocation();
  const navigation = useNavigationType();
  const shown = useRef<string>(undefined);

  useLayoutEffect(() => {
    const before = shown.current;
    // The bare address is no page: where it leads to is the first one.
    if (before === undefined && pathname === "/") return;
    shown.current = pathname;
    if (before === undefined || before === pathname || navigation === NavigationType.Pop) return;
    window.scrollTo(0, 0);
    const main = document.getElementById("main");
    // A page may have put it to where one begins to type.
    if (!main?.contains(document.activeElement)) main?.focus({ preventScroll: true });
  }, [pathname, navigation]);

  return null;
}
