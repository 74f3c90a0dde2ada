import { testProcessor } from "../../ottl/testing/processor-cases.ts";
import { attributesComponent, createAttributes } from "./index.ts";
import { createResource, resourceComponent } from "./resource.ts";

testProcessor("attributes", attributesComponent, createAttributes);
testProcessor("resource", resourceComponent, createResource);
