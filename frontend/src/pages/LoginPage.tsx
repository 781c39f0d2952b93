import { Link, useLocation } from "react-router";
import { Welcome } from "../components/Welcome";
import { LoginForm } from "../features/auth/LoginForm";
import { PasskeySignIn } from "../features/auth/PasskeySignIn";

export function LoginPage() {
  const location = useLocation();
  return (
    <Welcome
      title="Sign in"
      footer={
        <>
          New here?{" "}
          <Link
            to="/register"
            state={location.state as unknown}
            className="inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4"
          >
            Create an account
          </Link>
          <br />
          <Link
            to="/forgot-password"
            className="inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4"
          >
            Forgot your password?
          </Link>
        </>
      }
    >
      <LoginForm />
      <PasskeySignIn />
    </Welcome>
  );
}
