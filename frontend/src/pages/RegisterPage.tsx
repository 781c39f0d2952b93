import { Link, useLocation } from "react-router";
import { Welcome } from "../components/Welcome";
import { RegisterForm } from "../features/auth/RegisterForm";

export function RegisterPage() {
  const location = useLocation();
  return (
    <Welcome
      title="Create an account"
      footer={
        <>
          Been here before?{" "}
          <Link
            to="/login"
            state={location.state as unknown}
            className="inline-flex min-h-touch items-center font-medium text-second underline underline-offset-4"
          >
            Sign in
          </Link>
        </>
      }
    >
      <RegisterForm />
    </Welcome>
  );
}
