// What was sent out through a source. Those of which nobody knows stand first: a person looks, and says.
import { useState } from "preact/hooks";
import { apiUrl, get, send } from "../../parts/api.ts";
import { useAsk } from "../../parts/ask.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Away } from "../../parts/postcard.tsx";
import { safeLink } from "../../parts/post.ts";
import { may } from "../../parts/session.ts";
import { Empty, Shown } from "../../parts/states.tsx";
import { Time } from "../../parts/time.tsx";
import { toast, toastProblem } from "../../parts/toast.ts";
import { useEvents } from "../../parts/use-events.ts";
import { counted } from "../../parts/words.ts";
import { deedTitle, deedWords, type Deed, type Source } from "./source.ts";

interface Answered {
  deeds: Deed[];
  next: string | null;
}

export function Deeds({ source }: { source: Source }) {
  const answer = useAsk<Answered>(apiUrl("/deeds", { source: source.id, limit: 200 }));
  const [older, setOlder] = useState<Answered | null>(null);
  const [settling, setSettling] = useState<Deed | null>(null);
  useEvents({ deed: answer.again, source: answer.again });
  const more = async (before: string) => {
    try {
      const page = await get<Answered>(apiUrl("/deeds", { source: source.id, limit: 200, before }));
      setOlder({ deeds: [...(older?.deeds ?? []), ...page.deeds], next: page.next });
    } catch (cause) {
      toastProblem("Older ones could not be shown", cause);
    }
  };
  return (
    <>
      <Shown answer={answer} what="What was sent out">
        {(page) => {
          const all = [...page.deeds, ...(older?.deeds ?? [])];
          const open = all.filter((each) => each.state === "unknown");
          const next = older ? older.next : page.next;
          if (!all.length) return <Empty title="Nothing was sent out yet">Posts, replies and likes that go out through {source.name} stand here, with what became of each. The reply desk will send them; programs can, by POST /deeds.</Empty>;
          return (
            <div class="stack">
              {open.length > 0 && (
                <section class="panel source-open" aria-label="Somebody has to look">
                  <header class="panel-head"><h2>{counted(open.length, "deed")} to settle</h2></header>
                  <p class="hint">It was sent, the connection broke, and no answer came. It is never sent again by itself: look on the platform, and say what you found.</p>
                  <ul class="source-deeds">{open.map((each) => <li key={each.id}><Row deed={each} onSettle={may("reviewer") ? () => setSettling(each) : undefined} /></li>)}</ul>
                </section>
              )}
              <ul class="source-deeds">{all.filter((each) => each.state !== "unknown").map((each) => <li key={each.id}><Row deed={each} /></li>)}</ul>
              {next && <p><button type="button" onClick={() => void more(next)}>Show older ones</button></p>}
            </div>
          );
        }}
      </Shown>
      {settling && <Settle deed={settling} onClose={() => setSettling(null)} onSettled={() => { setSettling(null); answer.again(); }} />}
    </>
  );
}

function Row({ deed, onSettle }: { deed: Deed; onSettle?: (() => void) | undefined }) {
  const link = safeLink(deed.native_url ?? "");
  return (
    <article class="source-deed">
      <header class="firing-head">
        <h3>{deedTitle(deed)}</h3>
        <span class={deed.state === "unknown" || deed.state === "failed" ? "loss-words" : "quiet"}>{deedWords[deed.state]}</span>
        <span class="quiet">{deed.by.name}, <Time at={deed.made_at} /></span>
      </header>
      {deed.text && <p class="source-deed-text" dir="auto">{deed.text}</p>}
      {deed.target && <p class="quiet source-code">to {deed.target}</p>}
      {deed.message && deed.state !== "sent" && <p class="quiet" dir="auto">{deed.message}{deed.retry_at && deed.state === "waiting" && <>; again <Time at={deed.retry_at} as="ago" /></>}</p>}
      {link && <p><Away href={link}>See it there</Away></p>}
      {onSettle && <p><button type="button" class="act" onClick={onSettle}>Settle it<span class="unseen">: {deedTitle(deed)} {deed.text?.slice(0, 40)}</span></button></p>}
    </article>
  );
}

function Settle({ deed, onClose, onSettled }: { deed: Deed; onClose: () => void; onSettled: () => void }) {
  const [native, setNative] = useState("");
  const say = async (isSent: boolean) => {
    try {
      await send("POST", apiUrl(`/deeds/${deed.id}/settle`), { is_sent: isSent, ...(isSent && native.trim() ? { native_id: native.trim() } : {}) });
      toast(isSent ? "Settled: it was sent" : "It is sent again, under the same key");
      onSettled();
    } catch (cause) {
      toastProblem("It was not settled", cause);
    }
  };
  return (
    <Dialog
      title="Is it there?"
      onClose={onClose}
      foot={<><button type="button" onClick={onClose}>Cancel</button><button type="button" onClick={() => void say(false)}>It is not there: send it again</button><button type="button" class="act" onClick={() => void say(true)}>It is there</button></>}
    >
      <div class="stack">
        {deed.text && <blockquote class="source-deed-text" dir="auto">{deed.text}</blockquote>}
        <p>Look on {deed.source.name}, as everybody sees it, before you say. Sent twice cannot be taken back unseen.</p>
        <label class="source-field">Its id or address there <span class="quiet">(may be left out)</span><input value={native} maxLength={511} onInput={(event) => setNative(event.currentTarget.value)} /></label>
      </div>
    </Dialog>
  );
}
