import { testProcessor } from "../../ottl/testing/processor-cases.ts";
import { createFilter, filterComponent } from "./index.ts";

testProcessor("filter", filterComponent, createFilter);
