import type { Model as WireModel } from "openai/resources/models";
import { findModel, models, type Model } from "../models.ts";

const toWire = ({ id }: Pick<Model, "id">): WireModel => ({
  id,
  object: "model",
  created: 1_715_367_049,
  owned_by: "genscope",
});

/** `GET /v1/models`: every alias and snapshot. */
export function listModels(): { object: "list"; data: WireModel[] } {
  const ids = new Set(models.flatMap(({ id, snapshot }) => [id, snapshot]));
  return { object: "list", data: [...ids].map((id) => toWire({ id })) };
}

/** `GET /v1/models/{id}`. Throws OpenAI's 404. */
export function getModel(id: string): WireModel {
  findModel(id);
  return toWire({ id });
}
