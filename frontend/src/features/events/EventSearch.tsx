import { Search } from "lucide-react";
import { FilterChip } from "../../components/Chip";

export type Span = "coming" | "joined" | "all";

const SPANS: { span: Span; word: string }[] = [
  { span: "coming", word: "Coming up" },
  { span: "joined", word: "Joined" },
  { span: "all", word: "All" },
];

interface EventSearchProps {
  text: string;
  onText: (text: string) => void;
  span: Span;
  onSpan: (span: Span) => void;
}

export function EventSearch({ text, onText, span, onSpan }: EventSearchProps) {
  return (
    <search className="flex flex-col gap-3 sm:flex-row sm:items-center">
      <label className="relative grow">
        <span className="sr-only">Search events by name or place</span>
        <Search
          className="pointer-events-none absolute left-4 top-1/2 size-5 -translate-y-1/2 text-muted"
          aria-hidden="true"
        />
        <input
          type="search"
          value={text}
          onChange={(event) => onText(event.target.value)}
          placeholder="Name or place"
          enterKeyHint="search"
          maxLength={100}
          className="min-h-touch w-full rounded-full border border-control bg-surface py-2.5 pl-12 pr-4 placeholder:text-muted"
        />
      </label>
      <div role="group" aria-label="Which events" className="flex gap-2">
        {SPANS.map(({ span: value, word }) => (
          <FilterChip key={value} pressed={span === value} onClick={() => onSpan(value)}>
            {word}
          </FilterChip>
        ))}
      </div>
    </search>
  );
}
