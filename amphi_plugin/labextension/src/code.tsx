// Python text with line numbers, verdict colours and lit lines.
import React from 'react';

const TOKEN = new RegExp(
  [
    '(?<comment>#.*$)',
    '(?<string>[rbfuRBFU]{0,2}(?:"{3}(?:.*?"{3}|.*$)|\'{3}(?:.*?\'{3}|.*$)|"(?:\\\\.|[^"\\\\])*"|\'(?:\\\\.|[^\'\\\\])*\'))',
    '(?<keyword>\\b(?:and|as|assert|break|class|continue|def|del|elif|else|except|finally|for|' +
      'from|if|import|in|is|lambda|not|or|pass|raise|return|try|while|with|yield|True|False|' +
      'None)\\b)',
    '(?<digits>\\b\\d[\\d_.]*(?:e[+-]?\\d+)?\\b)',
    '(?<call>\\b[A-Za-z_]\\w*(?=\\())'
  ].join('|'),
  'gm'
);

/** The text in spans by kind of token; triple-quoted strings are told by the caller. */
function coloured(line: string): React.ReactNode[] {
  const out: React.ReactNode[] = [];
  let at = 0;
  for (const match of line.matchAll(TOKEN)) {
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0];
    if (match.index! > at) {
      out.push(line.slice(at, match.index));
    }
    out.push(
      <span key={match.index} className={`p2g-${kind}`}>
        {match[0]}
      </span>
    );
    at = match.index! + match[0].length;
  }
  out.push(line.slice(at));
  return out;
}

/** Which lines lie inside a triple-quoted string. */
function inLongStrings(lines: string[]): boolean[] {
  let open: string | null = null;
  return lines.map(line => {
    const started: string | null = open;
    for (const quote of line.match(/"""|'''/g) ?? []) {
      open = open === null ? quote : open === quote ? null : open;
    }
    return started !== null;
  });
}

export interface ICodeProps {
  text: string;
  label: string;
  /** line → class of the mark in the gutter, and its words. */
  marks: Map<number, { kind: string; title: string }>;
  lit: [number, number] | null;
  /** The line to show first: a job's own steps come after the helpers it carries. */
  start?: number;
  onLine(line: number | null): void;
}

export function Code(props: ICodeProps): JSX.Element {
  const { text, label, marks, lit, start, onLine } = props;
  const lines = React.useMemo(() => text.replace(/\n$/, '').split('\n'), [text]);
  const long = React.useMemo(() => inLongStrings(lines), [lines]);
  const host = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    const row = start && host.current?.querySelector<HTMLElement>(`[data-line="${start}"]`);
    if (host.current && row) {
      host.current.scrollTop = Math.max(0, row.offsetTop - 40);
    }
  }, [text, start]);
  React.useEffect(() => {
    const box = host.current;
    const row = lit && box?.querySelector<HTMLElement>(`[data-line="${lit[0]}"]`);
    if (!box || !row || box.matches(':hover')) {
      return;
    }
    box.scrollTo({ top: row.offsetTop - box.clientHeight / 3, behavior: 'smooth' });
  }, [lit?.[0]]);
  return (
    <div className="p2g-code" ref={host} role="region" aria-label={label} tabIndex={0}>
      {lines.map((line, index) => {
        const number = index + 1;
        const mark = marks.get(number);
        const on = lit && lit[0] <= number && number <= lit[1];
        return (
          <div
            key={number}
            data-line={number}
            className={`p2g-line${on ? ' p2g-lit' : ''}${mark ? ` p2g-v-${mark.kind}` : ''}`}
            title={mark?.title}
            onMouseEnter={() => onLine(number)}
            onClick={() => onLine(number)}
          >
            <span className="p2g-number">{number}</span>
            <span className="p2g-text">
              {long[index] ? <span className="p2g-string">{line}</span> : coloured(line)}
            </span>
          </div>
        );
      })}
    </div>
  );
}
