"""The price of a European call after Black and Scholes, and its Greeks, from one gradient."""

import math

import autodiff_sst as ad


def normal_cdf(x):
    """Abramowitz and Stegun, 26.2.17: the error is below 7.5e-8."""
    k = 1 / (1 + 0.2316419 * abs(x))
    tail = 0.0
    for c in (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530):
        tail = (tail + c) * k
    tail = tail * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return 1 - tail if x > 0 else tail


def call_price(spot, strike, rate, volatility, years):
    spread = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + volatility**2 / 2) * years) / spread
    discounted = strike * math.exp(-rate * years)
    return spot * normal_cdf(d1) - discounted * normal_cdf(d1 - spread)


greeks = ad.value_and_grad(call_price, argnums=("spot", "volatility", "years", "rate"))
gamma = ad.grad(ad.grad(call_price, argnums="spot"), argnums="spot")

if __name__ == "__main__":
    market = (100.0, 110.0, 0.03, 0.25, 0.5)
    price, (delta, vega, theta, rho) = greeks(*market)
    print(f"price {price:.4f}")
    print(f"delta {delta:.4f}  vega {vega:.4f}  theta {-theta:.4f}  rho {rho:.4f}")
    print(f"gamma {gamma(*market):.6f}")
    print()
    print(greeks.source)
