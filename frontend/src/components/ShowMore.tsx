import { messageOf } from "../lib/api/problem";
import { Button } from "./Button";
import { FormAlert } from "./FormAlert";

interface ShowMoreProps {
  list: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: Error | null;
    fetchNextPage: () => Promise<unknown>;
  };
  children?: string;
}

/** For a list that comes in parts: what could not be read takes nothing away of what is there. */
export function ShowMore({ list, children = "Show more" }: ShowMoreProps) {
  if (!list.hasNextPage) return null;
  return (
    <>
      <FormAlert>{list.isFetchNextPageError && messageOf(list.error)}</FormAlert>
      <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        {children}
      </Button>
    </>
  );
}
