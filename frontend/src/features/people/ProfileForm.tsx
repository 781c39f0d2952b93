import { useState } from "react";
import { Button } from "../../components/Button";
import { SelectField, TextArea, TextField } from "../../components/Field";
import { FormAlert } from "../../components/FormAlert";
import { useToast } from "../../components/Toast";
import type { User } from "../../lib/api/types";
import { countries } from "../../lib/countries";
import { danceRoles } from "../../lib/dance-role";
import { formErrors } from "../../lib/form-errors";
import { formText } from "../../lib/form-text";
import { linksIn } from "../../lib/social-links";
import { useUpdateProfile } from "./use-update-profile";

const FIELDS = ["username", "country", "bio", "danceRole", "socialLinks", "wsdcNumber"] as const;

export function ProfileForm({ user }: { user: User }) {
  const update = useUpdateProfile();
  const toast = useToast();
  const [changed, setChanged] = useState(false);
  const errors = formErrors(update.error, FIELDS);

  return (
    <form
      className="flex flex-col gap-5"
      onChange={() => setChanged(true)}
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const text = (name: string) => formText(form, name).trim() || null;
        update.mutate(
          {
            username: text("username") ?? "",
            country: text("country"),
            bio: text("bio"),
            danceRole: danceRoles.find(({ value }) => value === text("danceRole"))?.value ?? null,
            socialLinks: linksIn(text("socialLinks") ?? ""),
            wsdcNumber: text("wsdcNumber") === null ? null : Number(text("wsdcNumber")),
          },
          {
            onSuccess: () => {
              setChanged(false);
              toast("Your profile is saved.", "success");
            },
          },
        );
      }}
    >
      <FormAlert>{errors.form}</FormAlert>
      <TextField
        label="Username"
        name="username"
        defaultValue={user.username}
        autoCapitalize="none"
        spellCheck={false}
        required
        minLength={3}
        maxLength={30}
        error={errors.fields.username}
      />
      <div className="grid gap-5 sm:grid-cols-2">
        <SelectField
          label="I dance as"
          name="danceRole"
          defaultValue={user.danceRole ?? ""}
          error={errors.fields.danceRole}
        >
          <option value="">Not said</option>
          {danceRoles.map(({ value, word }) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </SelectField>
        <SelectField
          label="Country"
          name="country"
          defaultValue={user.country ?? ""}
          autoComplete="country"
          error={errors.fields.country}
        >
          <option value="">Not said</option>
          {countries.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
      </div>
      <TextArea
        label="About me"
        name="bio"
        defaultValue={user.bio ?? ""}
        maxLength={500}
        placeholder="How you like to be filmed, for example"
        error={errors.fields.bio}
      />
      <TextArea
        label="Where else I am"
        name="socialLinks"
        defaultValue={user.socialLinks.join("\n")}
        rows={3}
        autoCapitalize="none"
        spellCheck={false}
        placeholder="https://instagram.com/…"
        hint="Up to five pages, each on a line of its own."
        error={errors.fields.socialLinks}
      />
      <TextField
        label="WSDC number"
        name="wsdcNumber"
        defaultValue={user.wsdcNumber ?? ""}
        inputMode="numeric"
        pattern="[0-9]{1,6}"
        title="Up to six digits"
        hint="Yours with the World Swing Dance Council, if you have one."
        error={errors.fields.wsdcNumber}
      />
      <Button
        type="submit"
        variant={changed ? "primary" : "quiet"}
        busy={update.isPending}
        disabled={!changed}
      >
        Save
      </Button>
    </form>
  );
}
