/** One page of the manual that the service answers from. */
export interface Document {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** The manual of the Marlow, an espresso machine that does not exist. */
export const documents: readonly Document[] = [
  {
    id: "descaling",
    title: "Descaling",
    text: "Descale the Marlow every two months, or every month if your water is hard. Fill the tank with one litre of water and one sachet of citric descaler, then hold the steam button for five seconds. The descaling programme takes 25 minutes and must not be interrupted. Never use vinegar: it harms the seals.",
  },
  {
    id: "error-codes",
    title: "Error codes",
    text: "Error E1 means that the water tank is empty or not seated. Error E2 means that the boiler is too hot: switch the machine off for ten minutes. Error E3 means that the pump has drawn air: open the hot-water tap until water flows evenly. Error E4 means that the brew group is blocked and needs service.",
  },
  {
    id: "warranty",
    title: "Warranty",
    text: "The Marlow has a warranty of three years from the day of purchase. The warranty covers pump, boiler and electronics. It does not cover scale damage, seals or the glass of the cups. Keep the receipt: a repair under warranty needs it.",
  },
  {
    id: "returns",
    title: "Returns and refunds",
    text: "You can return a Marlow within 30 days if it is clean and in its box. The refund is paid within five working days after the parcel arrives. Machines that were used with vinegar cannot be returned. Return shipping is free within the country.",
  },
  {
    id: "grinder",
    title: "Grinder settings",
    text: "The grinder has 18 steps. Begin at step 7 for espresso and at step 14 for filter coffee. If the shot runs faster than 20 seconds, grind finer by one step. If the coffee tastes bitter, grind coarser. Change the step only while the grinder runs.",
  },
  {
    id: "milk",
    title: "Milk and steam",
    text: "For milk foam, wait until the steam light stops blinking, about 40 seconds. Hold the tip just under the surface until the milk reaches 35 degrees, then lower it and stop at 60 degrees. Oat milk foams best cold from the fridge. Clean the steam wand with a damp cloth right after use.",
  },
  {
    id: "water-filter",
    title: "Water filter",
    text: "The water filter lasts for 60 litres or three months. With the filter in place, scale builds up at half the pace, so descaling can wait twice as long. Rinse a new filter with half a litre of water before its first use. Filters are sold in packs of four.",
  },
  {
    id: "app",
    title: "App and Wi-Fi",
    text: "The app can switch the Marlow on and set the temperature. To pair, hold the power button until the light turns blue, then choose the machine in the app. The machine joins networks of 2.4 GHz only. Without Wi-Fi every function but the timer works.",
  },
  {
    id: "energy",
    title: "Energy saving",
    text: "The Marlow goes to sleep after 20 minutes and then draws half a watt. Heating from cold takes 45 seconds and 0.03 kilowatt hours. The cup warmer is off by default, since it uses as much energy as four espressos a day.",
  },
  {
    id: "shipping",
    title: "Shipping",
    text: "Orders placed before noon leave the same day. Delivery takes two working days within the country and five to neighbouring countries. Spare parts are shipped as letters and take three days.",
  },
];
