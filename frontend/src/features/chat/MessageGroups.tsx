import { Flag } from "lucide-react";
import { Fragment, memo } from "react";
import { Link } from "react-router";
import { Avatar } from "../../components/Avatar";
import { IconButton } from "../../components/Button";
import { classNames } from "../../components/class-names";
import { dateTime, dayTitle, timeOfDay } from "../../lib/time";
import { Bubble, UnreadableBubble } from "./Bubble";
import type { ChatMessage } from "./chat-message";
import { SecrecyNote } from "./encryption/SecrecyNote";
import { secrecyWords } from "./encryption/secrecy-words";
import type { MessageDay, MessageGroup } from "./group-messages";

interface MessageGroupsProps {
  days: readonly MessageDay[];
  meId: string;
  /** The last message of one's own that the partner has read. */
  readId: string | undefined;
  onReport: (message: ChatMessage) => void;
}

/** Typing in the composer must not draw the whole past again. */
export const MessageGroups = memo(function MessageGroups(props: MessageGroupsProps) {
  const { days, meId, readId, onReport } = props;
  return days.map(({ day, at, groups }) => (
    <section key={day} aria-label={dayTitle(at)}>
      <h2 className="flex items-center gap-3 py-4 text-xs font-medium text-muted">
        <span className="h-px grow bg-line" />
        {dayTitle(at)}
        <span className="h-px grow bg-line" />
      </h2>
      <ol className="flex flex-col gap-4">
        {groups.map((group) => (
          <Group
            key={group.key}
            group={group}
            mine={group.author.userId === meId}
            readId={readId}
            onReport={onReport}
          />
        ))}
      </ol>
    </section>
  ));
});

interface GroupProps {
  group: MessageGroup;
  mine: boolean;
  readId: string | undefined;
  onReport: (message: ChatMessage) => void;
}

function Group({ group, mine, readId, onReport }: GroupProps) {
  const { author, at, messages } = group;
  return (
    <li className={classNames("flex gap-2.5", mine && "flex-row-reverse")}>
      {!mine && (
        <Link
          to={`/people/${author.username}`}
          aria-label={`Profile of ${author.username}`}
          className="flex size-11 shrink-0 items-start justify-center rounded-full"
        >
          <Avatar person={author} />
        </Link>
      )}
      <div
        className={classNames("flex min-w-0 flex-col gap-1", mine ? "items-end" : "items-start")}
      >
        <p className="flex max-w-full items-baseline gap-2 px-1 text-xs text-muted">
          {mine ? (
            <span className="sr-only">You</span>
          ) : (
            <span className="truncate text-sm font-semibold text-text">{author.username}</span>
          )}
          <time dateTime={at} title={dateTime(at)} className="shrink-0">
            {timeOfDay(at)}
          </time>
        </p>
        {messages.map((message) => (
          <Fragment key={message.id}>
            {mine ? (
              <Words message={message} mine />
            ) : (
              <Theirs message={message} author={author.username} onReport={onReport} />
            )}
            <SecrecyNote message={message} />
            {message.id === readId && <p className="px-1 text-xs text-muted">Read</p>}
          </Fragment>
        ))}
      </div>
    </li>
  );
}

interface TheirsProps {
  message: ChatMessage;
  author: string;
  onReport: (message: ChatMessage) => void;
}

/** What was said, or why it cannot be read here. */
function Words({ message, mine }: { message: ChatMessage; mine: boolean }) {
  const instead = secrecyWords(message);
  return instead === undefined ? (
    <Bubble mine={mine}>{message.content}</Bubble>
  ) : (
    <UnreadableBubble mine={mine}>{instead}</UnreadableBubble>
  );
}

/** What somebody else said, and the way to report it. */
function Theirs({ message, author, onReport }: TheirsProps) {
  return (
    <div className="group flex max-w-full items-center gap-1">
      <Words message={message} mine={false} />
      <IconButton
        label={`Report what ${author} said`}
        className="-my-2 opacity-75 focus-visible:opacity-100 group-hover:opacity-100"
        onClick={() => onReport(message)}
      >
        <Flag className="size-4" aria-hidden="true" />
      </IconButton>
    </div>
  );
}
