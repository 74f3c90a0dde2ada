import { bedrockSuite } from "../testing/bedrock-suite.ts";

bedrockSuite("@aws-sdk/client-bedrock-runtime-previous");
