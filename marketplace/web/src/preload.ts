/**
 * The hidden page that hosts load before the first screen: it asks for the same files as `app.html`,
 * so that they are in the browser's cache. It draws nothing and says nothing to the host.
 */
async function warm(): Promise<void> {
  const answer = await fetch("/integration-marketplace/");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const element of page.querySelectorAll("script[src], link[href^='/']")) {
    const href = element.getAttribute("src") ?? element.getAttribute("href");
    if (href === null) continue;
    const link = document.createElement("link");
    const isStyle = element.getAttribute("rel") === "stylesheet";
    // What is preloaded and never used, browsers complain about in the host's console.
    link.rel = isStyle ? "stylesheet" : "modulepreload";
    link.crossOrigin = "";
    link.href = href;
    document.head.append(link);
  }
}

// A page that warms nothing only makes the first screen slower.
warm().catch(() => undefined);
