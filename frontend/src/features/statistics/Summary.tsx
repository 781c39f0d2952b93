import { Card } from "../../components/Card";
import type { TransferCounts } from "../../lib/api/types";
import { completed, seconds, share, speed } from "./numbers";

/** The four numbers one comes for. */
export function Summary({ total }: { total: TransferCounts }) {
  const { connections } = total;
  const facts = [
    { label: "Videos", value: String(total.transfers), detail: `${total.reports} reports` },
    {
      label: "Completed",
      value: share(completed(total), total.reports),
      detail: `${completed(total)} of ${total.reports} reports`,
    },
    {
      label: "Connected",
      value: share(connections.connected, connections.attempts),
      detail: connections.seconds
        ? `half within ${seconds(connections.seconds.p50)}`
        : `${connections.connected} of ${connections.attempts} attempts`,
    },
    {
      label: "Speed",
      value: total.speed ? speed(total.speed.p50) : "–",
      detail: total.speed ? `nine in ten above ${speed(total.speed.p10)}` : "none completed",
    },
  ];
  return (
    <dl aria-label="In short" className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {facts.map(({ label, value, detail }) => (
        <Card key={label} className="flex flex-col">
          <dt className="text-sm text-muted">{label}</dt>
          <dd className="text-xl font-bold">{value}</dd>
          <dd className="text-sm text-muted">{detail}</dd>
        </Card>
      ))}
    </dl>
  );
}
