// An entry in the drop-down of Amphi's "Export to Python code" window. That window has no hook, so
// this watches for its menu; whatever goes wrong, nothing happens: the toolbar has the same action.

function addEntry(menu: HTMLElement, run: () => void): void {
  const sample = menu.querySelector<HTMLElement>('.ant-dropdown-menu-item');
  const inCodeWindow = document.querySelector('.ant-modal') !== null;
  if (!sample || !inCodeWindow || menu.querySelector('.p2g-entry')) {
    return;
  }
  if (!/dagster/i.test(menu.textContent ?? '')) {
    return;
  }
  const entry = document.createElement('li');
  entry.className = `${sample.className} p2g-entry`;
  entry.setAttribute('role', 'menuitem');
  entry.textContent = 'Export to AWS Glue';
  entry.addEventListener('click', () => {
    document.querySelector<HTMLElement>('.ant-modal-close')?.click();
    run();
  });
  menu.appendChild(entry);
}

export function addToCodeWindow(run: () => void): void {
  const observer = new MutationObserver(records => {
    try {
      for (const record of records) {
        for (const node of Array.from(record.addedNodes)) {
          if (node instanceof HTMLElement && node.querySelector('.ant-dropdown-menu')) {
            addEntry(node.querySelector<HTMLElement>('.ant-dropdown-menu')!, run);
          }
        }
      }
    } catch {
      observer.disconnect();
    }
  });
  observer.observe(document.body, { childList: true });
}
