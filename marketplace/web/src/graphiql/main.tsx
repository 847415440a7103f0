import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { GraphiqlPage } from "./page";
import "graphiql/style.css";
import "./page.css";

const root = document.getElementById("root");
if (root === null) throw new Error("graphiql.html must have an element with the id root");
createRoot(root).render(
  <StrictMode>
    <GraphiqlPage />
  </StrictMode>,
);
