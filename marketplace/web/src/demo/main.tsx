import { createRoot } from "react-dom/client";
import "./demo.css";
import { HostPage } from "./host-page";

const root = document.getElementById("root");
if (root === null) throw new Error("demo.html must have an element with the id root");
createRoot(root).render(<HostPage />);
