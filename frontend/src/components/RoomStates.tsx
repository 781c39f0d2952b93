import { SearchX } from "lucide-react";
import { Problem } from "../lib/api/problem";
import { ButtonLink } from "./Button";
import { EmptyState, ErrorState } from "./EmptyState";
import { PageHeader } from "./PageHeader";
import { Loading, RowsSkeleton, Skeleton } from "./Skeleton";

interface Way {
  to: string;
  label: string;
}

export function RoomSkeleton({ back, label }: { back: Way; label: string }) {
  return (
    <>
      <PageHeader title="Loading" back={back} />
      <div className="mx-auto flex w-full max-w-3xl grow flex-col justify-between gap-6 p-4">
        <Loading label={label}>
          <Skeleton className="h-14" />
        </Loading>
        <RowsSkeleton label={label} rows={5} />
      </div>
    </>
  );
}

interface RoomErrorProps {
  back: Way;
  title: string;
  /** Said when the server knows no such thing, or not for this person. */
  missing: string;
  error: Error;
  onRetry: () => void;
}

export function RoomError({ back, title, missing, error, onRetry }: RoomErrorProps) {
  const notFound = error instanceof Problem && error.status === 404;
  return (
    <>
      <PageHeader title={title} back={back} />
      <div className="flex grow flex-col justify-center">
        {notFound ? (
          <EmptyState
            icon={SearchX}
            title="Not here"
            action={<ButtonLink to={back.to}>{back.label}</ButtonLink>}
          >
            {missing}
          </EmptyState>
        ) : (
          <ErrorState error={error} onRetry={onRetry} />
        )}
      </div>
    </>
  );
}
