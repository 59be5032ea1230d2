using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace TopHalf.Runtime.Tests.DependencyInjection;

public sealed class AddTopHalfTests
{
    [Fact]
    public async Task A_service_gets_the_provider_as_its_TimeProvider()
    {
        await using ServiceProvider container = Build(new ServiceCollection().AddSingleton<Service>().AddTopHalf());

        TimeProvider time = container.GetRequiredService<Service>().Time;
        Assert.IsType<InterruptTimeProvider>(time);
        Assert.Same(time, container.GetRequiredService<InterruptTimeProvider>());
        await Task.Delay(TimeSpan.FromMilliseconds(1), time);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_the_only_TimeProvider_whatever_was_registered_before(bool twice)
    {
        IServiceCollection services = new ServiceCollection().AddSingleton(TimeProvider.System).AddTopHalf();
        using ServiceProvider container = Build(twice ? services.AddTopHalf() : services);

        Assert.IsType<InterruptTimeProvider>(Assert.Single(container.GetServices<TimeProvider>()));
    }

    [Fact]
    public void What_is_registered_later_wins()
    {
        using ServiceProvider container = Build(new ServiceCollection().AddTopHalf().AddSingleton(TimeProvider.System));

        Assert.Same(TimeProvider.System, container.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void The_container_disposes_of_it()
    {
        ServiceProvider container = Build(new ServiceCollection().AddTopHalf());
        var time = container.GetRequiredService<TimeProvider>();
        using (time.CreateTimer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan))
        {
        }

        container.Dispose();

        Assert.Throws<ObjectDisposedException>(() => time.CreateTimer(static _ => { }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_container_that_never_uses_it_makes_none()
    {
        // Signal 9 cannot be had, so making one would throw.
        using ServiceProvider container = Build(new ServiceCollection().AddTopHalf(new InterruptTimeProviderOptions { Signal = 9 }));

        Assert.Throws<SignalUnavailableException>(() => container.GetRequiredService<TimeProvider>());
    }

    [Fact]
    public void Its_options_are_used_also_where_a_later_call_has_none()
    {
        var options = new InterruptTimeProviderOptions { Preparation = new ThreadPreparation { TimerSlack = TimeSpan.FromMicroseconds(2) } };
        using ServiceProvider container = Build(new ServiceCollection().AddTopHalf(options).AddTopHalf());

        Assert.Single(container.GetRequiredService<InterruptTimeProvider>().Preparation);
    }

    [Fact]
    public void No_services_no_registration() =>
        Assert.Throws<ArgumentNullException>("services", static () => TopHalfServiceCollectionExtensions.AddTopHalf(null!));

    // As a host in development builds it: with all checks.
    private static ServiceProvider Build(IServiceCollection services) =>
        services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private sealed record Service(TimeProvider Time);
}
