import { useId } from "react";
import type { ReactNode } from "react";
import { Unfolding } from "../../components/Unfolding";

interface FigureProps {
  title: string;
  /** What is to be known to read it. */
  note: string;
  chart: ReactNode;
  columns: readonly string[];
  /** The first cell of each row is what the row is about. */
  rows: readonly (readonly string[])[];
}

/** A chart for the eye, and the same numbers as a table. */
export function Figure({ title, note, chart, columns, rows }: FigureProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <header>
        <h2 id={id} className="text-lg font-semibold">
          {title}
        </h2>
        <p className="text-sm text-muted">{note}</p>
      </header>
      {chart}
      <Unfolding
        summary={
          <span className="text-sm font-medium">
            As a table<span className="sr-only">: {title}</span>
          </span>
        }
        content={() => <Table title={title} columns={columns} rows={rows} />}
      />
    </section>
  );
}

function Table({ title, columns, rows }: Pick<FigureProps, "title" | "columns" | "rows">) {
  return (
    // Wide tables scroll on their own, which a keyboard must be able to do as well.
    <div
      role="region"
      aria-label={`Table: ${title}`}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      className="scroll-area max-h-96 overflow-x-auto p-3"
    >
      <table className="w-full whitespace-nowrap text-sm">
        <caption className="sr-only">{title}</caption>
        <thead>
          <tr className="text-muted">
            {columns.map((column, index) => (
              <th
                key={column}
                scope="col"
                className={`py-1 font-medium ${index === 0 ? "text-left" : "pl-4 text-right"}`}
              >
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name = "", ...cells]) => (
            <tr key={name} className="border-t border-line">
              <th scope="row" className="py-1 text-left font-normal">
                {name}
              </th>
              {cells.map((cell, index) => (
                <td key={columns[index + 1]} className="py-1 pl-4 text-right">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
