// How smooth a page is: the time between frames, long tasks, and the heap after a collection (DevTools protocol).

/** Watches for so long. A frame is late when it took longer than two at 60 a second. */
export async function measure(page, ms) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  const heap = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map((each) => [each.name, each.value]));
  };
  const before = await heap();
  await page.evaluate(() => {
    const watch = (window.watch = { frames: [], tasks: [], isOn: true });
    let last = 0;
    const step = (at) => {
      if (last) watch.frames.push(at - last);
      last = at;
      if (watch.isOn) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    watch.observer = new PerformanceObserver((list) => watch.tasks.push(...list.getEntries().map((each) => each.duration)));
    watch.observer.observe({ entryTypes: ["longtask"] });
  });
  await page.waitForTimeout(ms);
  const seen = await page.evaluate(() => {
    const watch = window.watch;
    watch.isOn = false;
    watch.observer.disconnect();
    window.watch = null; // what watches must not be what grows
    const frames = watch.frames.sort((a, b) => a - b);
    return {
      frames: frames.length,
      p50_ms: frames[frames.length >> 1],
      p99_ms: frames[Math.floor(frames.length * 0.99)],
      worst_ms: frames.at(-1),
      late: frames.filter((each) => each > 34).length,
      long_tasks: watch.tasks.length,
      words: document.querySelector(".live-rate")?.textContent ?? "",
    };
  });
  const after = await heap();
  const round = (n) => Math.round(n * 10) / 10;
  return {
    frames: seen.frames, p50_ms: round(seen.p50_ms), p99_ms: round(seen.p99_ms), worst_ms: round(seen.worst_ms), late: seen.late, long_tasks: seen.long_tasks,
    long_share: seen.late / Math.max(1, seen.frames),
    script_share: round(((after.ScriptDuration - before.ScriptDuration) / ms) * 100_000) / 100,
    heap_before_mb: round(before.JSHeapUsedSize / 1e6), heap_after_mb: round(after.JSHeapUsedSize / 1e6), nodes: after.Nodes,
    arrived_per_s: Number(/([\d,.]+) posts a second/.exec(seen.words)?.[1]?.replace(/,/g, "") ?? 0),
  };
}
