// Puts the simulation's words, which ask no translator, into the page's language.
export function followSimulation(container, words) {
  const said = (text) => words[text?.trim()];
  const put = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      if (said(node.data)) node.data = said(node.data);
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (said(node.title)) node.title = said(node.title);
    node.childNodes.forEach(put);
  };
  const own = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest("[class*=bts-]");
  container.querySelectorAll("[class*=bts-]").forEach(put);
  new MutationObserver((records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) if (own(node)) put(node);
  }).observe(container, { childList: true, subtree: true });
}
