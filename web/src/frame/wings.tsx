// The menu: four wings, and the screens of the one that is open. On a narrow page it is a drawer.
import { useEffect, useRef } from "preact/hooks";
import { Bell, Icon } from "../parts/icon.tsx";
import { keyWords } from "../parts/keys.ts";
import { href, route } from "../parts/router.ts";
import { may } from "../parts/session.ts";
import { screens, wings, type Screen } from "../screens.ts";

export function Wings({ here }: { here: Screen | null }) {
  return (
    <nav class="wings" aria-label="Wings">
      <a class="mark" href={href("/listen/explore")} title="Bellwether: Explore"><Bell size={22} /><span>Bellwether</span></a>
      <WingLists here={here} />
    </nav>
  );
}

export function WingLists({ here }: { here: Screen | null }) {
  return (
    <ul class="wing-list">
      {wings.map((wing) => {
        const isOpen = here?.wing === wing.name;
        const rows = screens.filter((each) => each.wing === wing.name && !each.isHidden && (!each.least || may(each.least)));
        return (
          <li key={wing.name} class={isOpen ? "wing is-open" : "wing"}>
            <a class="wing-name" href={href(rows[0] ? plain(rows[0].path) : wing.path)} aria-current={isOpen ? "true" : undefined}>
              <Icon name={wing.icon} size={20} />
              <span>{wing.words}</span>
            </a>
            {isOpen && rows.length > 1 && (
              <ul>
                {rows.map((each) => (
                  <li key={each.path}>
                    <a href={href(plain(each.path))} aria-current={here === each ? "page" : undefined} title={each.key ? `${each.holds} (${keyWords(`g ${each.key}`)})` : each.holds}>
                      {each.title}
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function plain(path: string): string {
  return path.replace(/\/:.*/, "");
}

/** The same as a drawer, for narrow pages. */
export function WingsDrawer({ here, onClose }: { here: Screen | null; onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  const start = useRef(route.value.path);
  useEffect(() => {
    box.current!.showModal();
    return () => box.current?.close();
  }, []);
  useEffect(() => {
    if (route.value.path !== start.current) onClose();
  }, [route.value.path]);
  return (
    <dialog ref={box} class="drawer" aria-label="Menu" onCancel={(event) => { event.preventDefault(); onClose(); }} onPointerDown={(event) => event.target === box.current && onClose()}>
      <nav aria-label="Wings" onClick={(event) => (event.target as Element).closest("a") && onClose()}>
        <div class="drawer-head">
          <span class="mark"><Bell size={22} /><span>Bellwether</span></span>
          <button type="button" class="plain square" aria-label="Close the menu" onClick={onClose}><Icon name="close" /></button>
        </div>
        <WingLists here={here} />
      </nav>
    </dialog>
  );
}
