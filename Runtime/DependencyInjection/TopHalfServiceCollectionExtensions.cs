using Microsoft.Extensions.DependencyInjection.Extensions;
using TopHalf;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what TopHalf has for a program's services.</summary>
public static class TopHalfServiceCollectionExtensions
{
    /// <summary>
    /// Makes an <see cref="InterruptTimeProvider"/> the <see cref="TimeProvider"/> of all services: one for the whole container, which makes it at its first use and
    /// disposes of it at the container's end.
    /// </summary>
    /// <param name="services">What to add to. A <see cref="TimeProvider"/> that is registered already, by a framework that added the system's for example, is replaced.</param>
    /// <param name="options">How its thread is set up. Null: the defaults, or those of an earlier call.</param>
    /// <returns><paramref name="services"/>.</returns>
    /// <remarks>Not Linux x86-64 with glibc: the first use throws <see cref="PlatformNotSupportedException"/>. Guard the call where a program runs elsewhere, too.</remarks>
    public static IServiceCollection AddTopHalf(this IServiceCollection services, InterruptTimeProviderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (options is not null)
        {
            services.Replace(ServiceDescriptor.Singleton(options));
        }

        // By a factory, so that the container knows that it is its own, to dispose of.
        services.TryAddSingleton(static container => new InterruptTimeProvider(container.GetService<InterruptTimeProviderOptions>()));
        return services.RemoveAll<TimeProvider>().AddSingleton<TimeProvider>(static container => container.GetRequiredService<InterruptTimeProvider>());
    }
}
