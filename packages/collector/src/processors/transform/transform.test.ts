import { testProcessor } from "../../ottl/testing/processor-cases.ts";
import { createTransform, transformComponent } from "./index.ts";

testProcessor("transform", transformComponent, createTransform);
