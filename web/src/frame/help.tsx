// "?": every key that works here and now, from the rows that make them work.
import { Dialog } from "../parts/dialog.tsx";
import { keyGroups, keyWords, singleKeysOn } from "../parts/keys.ts";

export function Help({ onClose }: { onClose: () => void }) {
  const groups = [...keyGroups.value].reverse();
  return (
    <Dialog title="Keys" onClose={onClose} class="help">
      {!singleKeysOn() && <p class="hint">Single-letter keys are turned off. Your menu at the top right turns them on.</p>}
      <div class="help-groups">
        {groups.map((group, i) => {
          const rows = group.rows.filter((each) => !each.isHidden);
          return rows.length > 0 && (
            <section key={i}>
              <h3>{group.title}</h3>
              <dl>
                {rows.map((row) => (
                  <div key={row.key}>
                    <dt><kbd>{keyWords(row.key)}</kbd></dt>
                    <dd>{row.words}</dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section>
          <h3>In lists and charts</h3>
          <dl>
            <div><dt><kbd>↑ ↓</kbd></dt><dd>Move in a list</dd></div>
            <div><dt><kbd>← →</kbd></dt><dd>Walk along a chart</dd></div>
            <div><dt><kbd>Shift ← →</kbd></dt><dd>Choose a stretch of time</dd></div>
            <div><dt><kbd>Enter</kbd></dt><dd>Open, apply</dd></div>
            <div><dt><kbd>Esc</kbd></dt><dd>Close, let go</dd></div>
          </dl>
        </section>
      </div>
    </Dialog>
  );
}
